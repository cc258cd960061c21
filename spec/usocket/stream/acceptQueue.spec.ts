import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { defer, EMPTY, map, type Observable, of } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

import { marbles } from '../../../harness/time/marbles';
import { Call } from '../../../src/usocket/calls/call';
import { closedError } from '../../../src/usocket/calls/operations';
import type { Listener, StreamLink } from '../../../src/usocket/contract/nic';
import { OSError } from '../../../src/usocket/contract/osError';
import { AcceptQueue } from '../../../src/usocket/stream/acceptQueue';

/** A queue on a port to which clients with these names connect. Its sockets are the names. */
function queueOf({ cold }: Pick<RunHelpers, 'cold'>, clients: string, close$: Observable<never> = EMPTY) {
  const closed: string[] = [];
  const connections$ = cold(clients, undefined, new OSError('ENETDOWN', 'accept', 'accept: the line is lost'));
  const listener: Partial<Listener> = {
    connections$: connections$.pipe(map((name) => ({ remote: { address: name, port: 1 } }) as StreamLink)),
    close: () => close$,
  };
  const queue = new AcceptQueue(listener as Listener, ({ remote: { address: name } }) => ({
    name,
    close$: () =>
      defer(() => {
        closed.push(name);
        return of(undefined);
      }),
  }));
  return { queue, closed, connections$, take: () => queue.take().pipe(map(({ name }) => name)) };
}

describe('AcceptQueue', () => {
  it(
    'gives each connection to one call, in the order of both',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const { queue, connections$, take } = queueOf({ cold }, '-a-b-c--');
      const subs = '                               ^       ';
      expectObservable(queue.fill()).toBe('         --------');
      expectObservable(take()).toBe('               -(a|)');
      expectObservable(take()).toBe('               ---(b|)');
      expectObservable(take(), '------^').toBe('------(c|)');
      expectSubscriptions(connections$.subscriptions).toBe(subs);
    }),
  );

  it(
    'is readable while a connection waits',
    marbles(({ cold, expectObservable }) => {
      const { queue, take } = queueOf({ cold }, '-a-----');
      queue.fill().subscribe();
      expectObservable(queue.readable$).toBe('ny-n---', { n: false, y: true });
      expectObservable(take(), '---^').toBe('---(a|)');
    }),
  );

  it(
    'gives a non-blocking call what waits, or EAGAIN',
    marbles(({ cold, flush }) => {
      const { queue } = queueOf({ cold }, '-a');
      queue.fill().subscribe();
      const call = new Call('accept');
      const takeNow = () => queue.takeNow(call).name;
      assert.throws(takeNow, { code: 'EAGAIN' });
      flush();
      assert.equal(queue.length, 1);
      assert.equal(takeNow(), 'a');
      assert.throws(takeNow, { code: 'EAGAIN' });
    }),
  );

  it(
    'fails the calls when the port fails, after the connections that wait',
    marbles(({ cold, expectObservable }) => {
      const { queue, take } = queueOf({ cold }, '-a-#');
      const error = new OSError('ENETDOWN', 'accept', 'accept: the line is lost');
      expectObservable(queue.fill()).toBe('---|');
      expectObservable(take(), '----^').toBe('----(a|)');
      expectObservable(take(), '-----^').toBe('-----#', undefined, error);
    }),
  );

  it(
    'ends the calls, closes those that wait, and takes no more in when it is closed',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const { queue, closed, connections$ } = queueOf({ cold }, '-ab-----c', cold<never>('--|'));
      expectObservable(queue.fill()).toBe('     ----|');
      expectObservable(
        defer(() => queue.close()),
        '----^',
      ).toBe('------|');
      expectSubscriptions(connections$.subscriptions).toBe('^---!');
      expectObservable(queue.take(), '-----^').toBe('-----#', undefined, closedError('accept'));
      flush();
      assert.deepStrictEqual(closed, ['a', 'b']);
    }),
  );

  it('closes the connections that come when 1,024 wait', () => {
    const scheduler = new TestScheduler(assert.deepStrictEqual);
    scheduler.run(({ cold, flush }) => {
      const { queue, closed } = queueOf({ cold }, `(${'a'.repeat(1_024)}b)`);
      queue.fill().subscribe();
      flush();
      assert.equal(queue.length, 1_024);
      assert.deepStrictEqual(closed, ['b']);
    });
  });
});

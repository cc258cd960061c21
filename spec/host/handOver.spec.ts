import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { type Observable, take } from 'rxjs';

import { marbles } from '../../harness/time/marbles';
import { handOver } from '../../src/host/handOver';

const refused = new Error('refused');

/** Opens a socket that is open, with its link, when a diagram says so. Its subscription lasts until it is closed. */
function opening(socket$: Observable<string>): Observable<string> {
  return handOver((opened, failed) => {
    const socket = socket$.subscribe({ next: opened, error: failed });
    return () => socket.unsubscribe();
  });
}

describe('handOver', () => {
  it(
    'emits the link, completes, and leaves the socket open',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const socket$ = cold('--a----');
      const link$ = opening(socket$);
      expectObservable(link$).toBe('--(a|)');
      // Who leaves later leaves the link alone.
      expectObservable(link$, '^----!').toBe('--(a|)');
      expectSubscriptions(socket$.subscriptions).toBe(['^', '^']);
    }),
  );

  it(
    'leaves the socket to a subscriber who leaves when it has the link',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const socket$ = cold('--a----');
      expectObservable(opening(socket$).pipe(take(1))).toBe('--(a|)');
      expectSubscriptions(socket$.subscriptions).toBe('     ^------');
    }),
  );

  it(
    'closes the socket that could not be opened, and the one that nobody waits for any more',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const refused$ = cold('       --#', {}, refused);
      const slow$ = cold('          -----a');
      expectObservable(opening(refused$)).toBe('  --#', {}, refused);
      expectObservable(opening(slow$), '^--!').toBe('----');
      expectSubscriptions(refused$.subscriptions).toBe('^-!');
      expectSubscriptions(slow$.subscriptions).toBe('   ^--!');
    }),
  );

  it('opens nothing before it is subscribed to, and a socket for each subscriber', () => {
    let sockets = 0;
    const link$ = handOver<number>((opened) => {
      opened(++sockets);
      return () => assert.fail('a socket that was open at once has been closed');
    });
    assert.equal(sockets, 0);
    const links: number[] = [];
    for (let subscriber = 0; subscriber < 2; subscriber++) link$.subscribe((link) => links.push(link));
    assert.deepStrictEqual(links, [1, 2]);
  });

  it('closes a socket that fails at once', () => {
    const told: unknown[] = [];
    handOver((_, failed) => {
      failed(refused);
      return () => told.push('closed');
    }).subscribe({ error: (error: unknown) => told.push(error) });
    assert.deepStrictEqual(told, [refused, 'closed']);
  });

  it(
    'fails when there is nothing to open',
    marbles(({ expectObservable }) => {
      const link$ = handOver(() => {
        throw refused;
      });
      expectObservable(link$).toBe('#', {}, refused);
    }),
  );
});

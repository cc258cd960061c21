import { once } from 'node:events';

import { deepStrictEqual } from 'node:assert';

import { describe, expect, it } from '@jest/globals';
import { defer, EMPTY, NEVER, type Observable, of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { nextTurn } from '../../../harness/time/turns';
import { connect } from '../../../src/node';
import { LinkWriter } from '../../../src/node/links/linkWriter';
import type { Nic, StreamLink } from '../../../src/usocket/contract/nic';

/** An interface whose peer sends each byte back while it is still being sent. */
function promptInterface(): Nic & { readonly sent: string[] } {
  const sent: string[] = [];
  const heard = new Subject<Uint8Array>();
  const link: StreamLink = {
    remote: { address: '192.168.1.9', port: 7 },
    maxSend: 2048,
    receive: () => heard,
    send: (bytes) =>
      defer(() => {
        sent.push(String(bytes));
        heard.next(Uint8Array.from(bytes));
        return of(undefined);
      }),
    configure: () => EMPTY,
    close: () => EMPTY,
  };
  return {
    sent,
    name: 'prompt',
    maxDatagram: 0,
    resolve: () => NEVER,
    openStream: () => of(link),
    openDatagram: () => NEVER,
    listen: () => NEVER,
    checkSettings: () => EMPTY,
  };
}

describe('what is written while an answer comes', () => {
  it('is sent, after what was written before', async () => {
    const nic = promptInterface();
    const socket = connect({ host: '192.168.1.9', port: 7, nic });
    await once(socket, 'connect');
    const written: string[] = [];
    const write = (text: string) => {
      written.push(text);
      socket.write(text);
    };
    let answers = 0;
    socket.on('data', () => {
      if (answers++ < 5) write(`answer ${answers};`);
    });
    // The first is written alone, and the others together.
    for (const word of ['a;', 'b;', 'c;']) write(word);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(answers).toBeGreaterThan(2);
    expect(nic.sent.join('')).toBe(written.join(''));
    socket.destroy();
  });

  it('is heard after the call that has written', async () => {
    const nic = promptInterface();
    const socket = connect({ host: '192.168.1.9', port: 7, nic });
    await once(socket, 'connect');
    const order: string[] = [];
    socket.on('data', () => order.push('answer'));
    await nextTurn();
    socket.write('question');
    order.push('written');
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(order).toEqual(['written', 'answer']);
    socket.destroy();
  });
});

describe('what was written before the connection is destroyed', () => {
  /** Writes `'first'` to a socket that sends in this way. */
  function writing(scheduler: TestScheduler, sending: (text: string) => Observable<undefined>) {
    const outcomes: number[] = [];
    const writer = new LinkWriter({
      socket: { sendall$: (data) => sending(String(data)) },
      stream: { finishWrite: (_request, status) => outcomes.push(status), finishShutdown: () => undefined },
      reader: { hasEnded: false, endsWithin: () => NEVER },
      closing$: of(undefined),
      scheduler,
      sent: () => 0,
      statusOf: () => -1,
      failed: () => undefined,
      ended: () => undefined,
    });
    writer.write({}, [Buffer.from('first')]);
    return { writer, outcomes };
  }

  it.each([
    ['the write and the rest have been sent', '--a|', '----a|', '-----|', '^--!', '^----!'],
    ['the write has failed, and the rest has been sent', '--#', '----a|', '-----|', '^-!', '^----!'],
    ['the rest has failed, and the write has been sent', '----a|', '--#', '----|', '^---!', '^-!'],
    ['5 s are over', '-', '--a|', '5s |', '^ 4999ms !', '^--!'],
  ])('is sent until %s', (_what, first, rest, expected, firstSubs, restSubs) => {
    const scheduler = new TestScheduler((actual, wanted) => deepStrictEqual(actual, wanted));
    scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
      const first$ = cold<undefined>(first, { a: undefined });
      const rest$ = cold<undefined>(rest, { a: undefined });
      const { writer } = writing(scheduler, (text) => (text === 'first' ? first$ : rest$));
      expectObservable(writer.sendRest([Buffer.from('re'), Buffer.from('st')])).toBe(expected);
      expectSubscriptions(first$.subscriptions).toBe(firstSubs);
      expectSubscriptions(rest$.subscriptions).toBe(restSubs);
    });
  });

  it('is nothing when nothing is under way', () => {
    const scheduler = new TestScheduler((actual, wanted) => deepStrictEqual(actual, wanted));
    scheduler.run(({ cold, flush, expectObservable }) => {
      const { writer, outcomes } = writing(scheduler, () => cold<undefined>('a|', { a: undefined }));
      flush();
      expect(outcomes).toEqual([0]);
      expectObservable(writer.sendRest([])).toBe('-|');
    });
  });

  it('counts as written, and is cancelled when the connection is reset', () => {
    const scheduler = new TestScheduler((actual, wanted) => deepStrictEqual(actual, wanted));
    scheduler.run(({ cold, flush, expectSubscriptions }) => {
      const sent$ = cold<undefined>('-----a|', { a: undefined });
      const kept = writing(scheduler, () => sent$);
      kept.writer.sendRest([]).subscribe();
      kept.writer.cancel();
      const reset = writing(scheduler, () => NEVER);
      reset.writer.abandon();
      reset.writer.cancel();
      expectSubscriptions(sent$.subscriptions).toBe('^----!');
      flush();
      expect(kept.outcomes).toEqual([0]);
      expect(reset.outcomes).toEqual([expect.any(Number)]);
      expect(reset.outcomes).not.toEqual([0]);
    });
  });
});

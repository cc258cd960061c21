import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map, Observable, take, tap, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { marbles } from '../../../harness/time/marbles';
import { type Traceable, SocketTrace } from '../../../src/usocket/contract/socketTrace';
import { OSError } from '../../../src/usocket/contract/osError';

const connected: Traceable = { details: { kind: 'stream', stage: 'connected', link: 4, queued: 0 } };

function traced(scheduler: TestScheduler) {
  const trace = new SocketTrace(scheduler);
  const told: string[] = [];
  const socket = trace.add(connected);
  const telling = trace.calls$.subscribe(({ time, id, socket: number, link, name, stage, size, code, text }) =>
    told.push([time, id, number, link, name, stage, size, code, text].map((field) => field ?? '-').join(' ')),
  );
  return { trace, socket, told, telling };
}

describe('TracedSocket.follow', () => {
  it(
    'tells the beginning before the call begins, and the end before the caller is told',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { socket, told } = traced(scheduler);
      const call$ = cold('  ---v|  ', { v: Buffer.from('abc') });
      const subs = '       ^---!  ';
      const expected = '   ---v|  ';
      const followed$ = socket.follow('recv', 10, call$).pipe(tap(() => told.push('told')));
      expectObservable(followed$).toBe(expected, { v: Buffer.from('abc') });
      expectSubscriptions(call$.subscriptions).toBe(subs);
      flush();
      assert.deepStrictEqual(told, ['0 1 1 4 recv begins 10 - 10 bytes', '3 1 1 4 recv returns 3 - 3 bytes', 'told']);
    }),
  );

  it(
    'tells the code of a failure',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { socket, told } = traced(scheduler);
      const error = new OSError('ECONNRESET', 'recv', 'recv: it has ended');
      expectObservable(socket.follow('recv', 10, cold('--#', {}, error))).toBe('--#', {}, error);
      flush();
      assert.deepStrictEqual(told.slice(1), ['2 1 1 4 recv fails - ECONNRESET recv: it has ended']);
    }),
  );

  it(
    'tells of a caller that gives the call up, and unsubscribes',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { socket, told } = traced(scheduler);
      const call$ = cold('------v');
      const unsub = '     --!    ';
      expectObservable(socket.follow('accept', undefined, call$), unsub).toBe('---');
      expectSubscriptions(call$.subscriptions).toBe('^-!');
      flush();
      assert.deepStrictEqual(told, ['0 1 1 4 accept begins - - ', '2 1 1 4 accept abandoned - - ']);
    }),
  );

  it(
    'makes a call of each value of a read that goes on, and one of its end',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { socket, told } = traced(scheduler);
      const bytes$ = cold('-a--b-|').pipe(map((text) => Buffer.from(text)));
      expectObservable(socket.follow('recv', Infinity, bytes$, true).pipe(map((bytes) => String(bytes)))).toBe(
        '-a--b-|',
      );
      flush();
      assert.deepStrictEqual(told, [
        '0 1 1 4 recv begins - - everything',
        '1 1 1 4 recv returns 1 - 1 byte',
        '1 2 1 4 recv begins - - everything',
        '4 2 1 4 recv returns 1 - 1 byte',
        '4 3 1 4 recv begins - - everything',
        '6 3 1 4 recv returns - - the end',
      ]);
    }),
  );

  it('takes no more values than the caller wants, from a read that has several at once', () => {
    const { socket, told } = traced(new TestScheduler(assert.deepStrictEqual));
    let taken = 0;
    const lines$ = new Observable<Buffer>((reader) => {
      while (!reader.closed && taken < 3) reader.next(Buffer.from(`line ${++taken}\n`));
    });
    socket.follow('readline', Infinity, lines$, true).pipe(take(1)).subscribe();
    assert.equal(taken, 1);
    assert.deepStrictEqual(told, ['0 1 1 4 readline begins - - everything', '0 1 1 4 readline returns 7 - 7 bytes']);
  });

  it('tells of a call that cannot be described, and lets it fail by itself', () => {
    const { socket, told } = traced(new TestScheduler(assert.deepStrictEqual));
    const refusal = new OSError('EINVAL', 'connect', 'connect: it is no address');
    const errors: unknown[] = [];
    const call$ = throwError(() => refusal);
    socket.follow('connect', Object.create(null), call$).subscribe({ error: (error: unknown) => errors.push(error) });
    assert.deepStrictEqual(errors, [refusal]);
    assert.equal(told[0], '0 1 1 4 connect begins - - something else');
  });

  it(
    'gives each call of all sockets a number of its own',
    marbles(({ cold, flush }, scheduler) => {
      const { trace, socket, told } = traced(scheduler);
      const second = trace.add({ details: { kind: 'stream', stage: 'unconnected', queued: 0 } });
      socket.follow('send', 'text', cold('--(v|)', { v: 4 })).subscribe();
      second.follow('connect', ['192.168.1.9', 80], cold('-(v|)', { v: undefined })).subscribe();
      flush();
      assert.deepStrictEqual(told, [
        '0 1 1 4 send begins 4 - 4 bytes',
        '0 2 2 - connect begins - - 192.168.1.9:80',
        '1 2 2 - connect returns - - ',
        '2 1 1 4 send returns 4 - 4 bytes',
      ]);
    }),
  );

  it(
    'shows of data with an address the length and the address',
    marbles(({ cold, flush }, scheduler) => {
      const { socket, told } = traced(scheduler);
      const address = ['192.168.1.9', 5000];
      socket.follow('sendto', ['secret', address], cold('(v|)', { v: 6 })).subscribe();
      socket.follow('recvfrom', 100, cold('(v|)', { v: [Buffer.from('secret'), address] })).subscribe();
      flush();
      assert.deepStrictEqual(
        told.map((step) => step.split(' ').slice(5).join(' ')),
        [
          'begins 6 - 6 bytes to 192.168.1.9:5000',
          'begins 100 - 100 bytes',
          'returns 6 - 6 bytes',
          'returns 6 - 6 bytes from 192.168.1.9:5000',
        ],
      );
    }),
  );
});

describe('SocketTrace', () => {
  it('lists the sockets that are not closed, and is watched while it has a subscriber', () => {
    const scheduler = new TestScheduler(assert.deepStrictEqual);
    const { trace, socket, telling } = traced(scheduler);
    const other = trace.add({ details: { kind: 'server', stage: 'listening', queued: 0 } });
    assert.deepStrictEqual(trace.details, [
      { id: 1, kind: 'stream', stage: 'connected', link: 4, queued: 0 },
      { id: 2, kind: 'server', stage: 'listening', queued: 0 },
    ]);
    socket.remove();
    assert.deepStrictEqual(trace.details, [other.details]);
    assert.ok(socket.isWatched);
    telling.unsubscribe();
    assert.ok(!socket.isWatched);
  });
});

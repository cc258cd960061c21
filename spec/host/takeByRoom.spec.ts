import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { BehaviorSubject, finalize, map, type Observable, take, tap } from 'rxjs';

import { marbles } from '../../harness/time/marbles';
import { takeByRoom } from '../../src/host/takeByRoom';

const reset = new Error('read ECONNRESET');
const failed = new Error('the peer has reset the connection', { cause: reset });
const failure = (cause: Error): Error => (cause === reset ? failed : cause);

/**
 * A socket without a connection that receives what a diagram says: `|` is the end of the peer, `#` a reset. It is closed
 * after that, as by Node.js.
 */
function socketWith(received$: Observable<string>): Socket {
  const socket = new Socket();
  received$
    .pipe(
      finalize(() => socket.emit('close')),
      tap({ error: (error: unknown) => socket.emit('error', error), complete: () => socket.emit('end') }),
    )
    .subscribe({ next: (text) => socket.emit('data', Buffer.from(text)), error: () => undefined });
  return socket;
}

/** Each digit of the diagram of the room is a number of bytes. */
function taken(socket: Socket, room$: Observable<string>): Observable<string> {
  const bytes$ = room$.pipe(map((digit) => Number(digit)));
  return takeByRoom(socket, bytes$, failure).pipe(map((slice) => String(slice)));
}

/** Whether a socket is read, at each change of a diagram and after it. */
function readStates(socket: Socket, at$: Observable<unknown>): Observable<string> {
  return at$.pipe(map(() => (socket.isPaused() ? 'p' : 'r')));
}

describe('takeByRoom', () => {
  it(
    'gives slices of a chunk as far as there is room, and reads on when all of it is taken',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const socket = socketWith(hot('-----c-----------|', { c: 'abcdef' }));
      const room$ = cold('           --4-------2--1----');
      const at$ = cold('             -a-a-a----a--a----');
      const subs = '                 ^----------------!';
      expectObservable(taken(socket, room$)).toBe(' -----s----t------|', { s: 'abcd', t: 'ef' });
      expectObservable(readStates(socket, at$)).toBe('-p-r-p----p--r----');
      expectSubscriptions(room$.subscriptions).toBe(subs);
    }),
  );

  it(
    'does not go on when the room that there was is taken back',
    marbles(({ hot, cold, expectObservable }) => {
      const socket = socketWith(hot('   ----c', { c: 'ab' }));
      const room$ = cold('              2-0----1-1');
      expectObservable(taken(socket, room$)).toBe('-------a-b');
    }),
  );

  it(
    'gives the end and the failure after the bytes before them, and at once where there are none',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const bytes = { c: 'abcd', a: 'ab', b: 'cd' };
      const ended = socketWith(hot(' -c|', bytes));
      const failing = socketWith(hot('-c#', bytes, reset));
      const idle = socketWith(hot('   --#', bytes, reset));
      const room$ = cold('            2---2----');
      expectObservable(taken(ended, room$)).toBe('  -a--(b|)', bytes);
      expectObservable(taken(failing, room$)).toBe('-a--(b#)', bytes, failed);
      expectObservable(taken(idle, room$)).toBe('   --#', bytes, failed);
      expectSubscriptions(room$.subscriptions).toBe([' ^---!', '^---!', '^-!']);
    }),
  );

  it(
    'ends with a socket that is closed without an end, after the bytes before that',
    marbles(({ hot, cold, expectObservable }) => {
      const socket = socketWith(hot('-a'));
      cold('---c').subscribe(() => socket.emit('close'));
      expectObservable(taken(socket, cold('-----1'))).toBe('-----(a|)');
    }),
  );

  it('tells at once what has become of a socket that ended before', () => {
    const [destroyed, broken] = [new Socket().destroy(), new Socket().on('error', () => undefined).destroy(reset)];
    const told: unknown[] = [];
    const tell = { complete: () => told.push('end'), error: (error: unknown) => told.push(error) };
    const room$ = new BehaviorSubject(1);
    for (const socket of [destroyed, broken]) takeByRoom(socket, room$, failure).subscribe(tell);
    assert.deepStrictEqual([told, room$.observed], [['end', failed], false]);
  });

  it(
    'fails when the room does',
    marbles(({ cold, expectObservable }) => {
      const socket = new Socket();
      expectObservable(taken(socket, cold('--#'))).toBe('--#');
    }),
  );

  it(
    'leaves the socket, and stops reading it, when it is unsubscribed',
    marbles(({ hot, cold, expectObservable, expectSubscriptions, flush }) => {
      const socket = socketWith(hot('-a-b-c-'));
      const events = socket.eventNames();
      const room$ = cold('           5------');
      expectObservable(taken(socket, room$), '^---!').toBe('-a-b');
      expectSubscriptions(room$.subscriptions).toBe(' ^---!');
      flush();
      assert.deepStrictEqual([socket.isPaused(), socket.eventNames()], [true, events]);
    }),
  );

  it('goes on with the room that a subscriber makes for the next slice, and keeps the order', () => {
    const socket = new Socket();
    const room$ = new BehaviorSubject(1);
    const slices: string[] = [];
    takeByRoom(socket, room$, failure).subscribe((slice) => {
      slices.push(String(slice));
      room$.next(2);
      slices.push('.');
    });
    socket.emit('data', Buffer.from('abcde'));
    assert.deepStrictEqual(slices, ['a', '.', 'bc', '.', 'de', '.']);
  });

  it('gives no more of a chunk to a subscriber who leaves', () => {
    const socket = new Socket();
    const slices: string[] = [];
    const room$ = new BehaviorSubject(1);
    const slice$ = takeByRoom(socket, room$, failure).pipe(
      tap(() => room$.next(1)),
      take(2),
    );
    slice$.subscribe((slice) => slices.push(String(slice)));
    socket.emit('data', Buffer.from('abcde'));
    assert.deepStrictEqual(slices, ['a', 'b']);
  });

  it('loses nothing, exceeds no room, and leaves the rest to the socket, whatever comes and is taken', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(sizes, sizes, (chunks, rooms) => {
        const sent = chunks.map((size, index) => Buffer.alloc(size, index));
        const [socket, room$, slices] = [new Socket(), new BehaviorSubject(0), new Array<Buffer>()];
        takeByRoom(socket, room$, failure).subscribe((slice) => {
          assert.ok(slice.length > 0 && slice.length <= room$.value);
          room$.next(room$.value - slice.length);
          slices.push(slice);
        });
        const waiting = [...sent];
        for (let turn = 0; waiting.length > 0 || room$.value === 0; turn++) {
          assert.equal(socket.isPaused(), room$.value === 0);
          if (room$.value === 0) room$.next(rooms[turn % rooms.length] ?? 1);
          else socket.emit('data', waiting.shift());
        }
        assert.deepStrictEqual(Buffer.concat(slices), Buffer.concat(sent));
      }),
    );
  });
});

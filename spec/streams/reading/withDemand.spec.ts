import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { distinctUntilChanged, map, type Observable, of, take } from 'rxjs';

import { ByteQueue, queueBytes } from '../../../src/streams';
import { withDemand } from '../../../src/streams/reading/withDemand';
import { marbles, toBytes } from '../../../harness/time/marbles';

const lost = new Error('port lost');

/** A reader that never takes anything, and shows how much room the queue has. */
const watchRoom = (demand: number) => (queue$: Observable<ByteQueue>) =>
  queue$.pipe(
    withDemand(demand),
    map(({ room }) => room),
    distinctUntilChanged(),
  );

describe('withDemand', () => {
  it(
    'makes room for that many bytes more from the start, and lets the stream go',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    --a--b-', { a: 'abcdef', b: 'gh' });
      const subs = '        ^-----!';
      const rooms = '       x-y--z-';
      const room$ = rx$.pipe(toBytes(), queueBytes({ capacity: 4 }), watchRoom(6));
      expectObservable(room$, subs).toBe(rooms, { x: 10, y: 4, z: 2 });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'passes on the queue when it has ended or failed, and lets the reader decide when to stop',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const ended$ = cold('  --|  ');
      const failed$ = cold(' --#  ', undefined, lost);
      const rooms = '        x-y--';
      expectObservable(ended$.pipe(toBytes(), queueBytes({ capacity: 4 }), watchRoom(6))).toBe(rooms, { x: 10, y: 0 });
      expectObservable(failed$.pipe(toBytes(), queueBytes({ capacity: 4 }), watchRoom(6))).toBe(rooms, { x: 10, y: 0 });
      expectSubscriptions(ended$.subscriptions).toBe(' ^-!');
      expectSubscriptions(failed$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'passes on an error and the end of its source',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const failed$ = cold<ByteQueue>('--#', undefined, lost);
      const ended$ = cold<ByteQueue>(' --|');
      expectObservable(failed$.pipe(watchRoom(6))).toBe('--#', undefined, lost);
      expectObservable(ended$.pipe(watchRoom(6))).toBe(' --|');
      expectSubscriptions(failed$.subscriptions).toBe('  ^-!');
      expectSubscriptions(ended$.subscriptions).toBe('   ^-!');
    }),
  );

  it.each([
    ['is unsubscribed', (queue: ByteQueue) => queue.changes$.pipe(watchRoom(6)).subscribe().unsubscribe()],
    ['is over', (queue: ByteQueue) => queue.changes$.pipe(withDemand(6), take(1)).subscribe()],
  ] as const)('withdraws its demand when the reader %s', (_, readFrom) => {
    const queue = new ByteQueue({ capacity: 4 });
    const rooms: number[] = [];
    queue.room$.subscribe((room) => rooms.push(room));
    readFrom(queue);
    assert.deepStrictEqual(rooms, [4, 10, 4]);
  });

  it('demands once, however often the queue changes and the demand itself changes it', () => {
    const queue = new ByteQueue({ capacity: 4 });
    const seen: number[] = [];
    queue.changes$.pipe(watchRoom(6)).subscribe((room) => seen.push(room));
    for (const text of ['ab', 'cd']) queue.push(Buffer.from(text));
    assert.deepStrictEqual([seen.at(-1), queue.room], [6, 6]);
  });

  it('demands nothing with a size of 0', () => {
    const queue = new ByteQueue({ capacity: 4 });
    queue.changes$.pipe(watchRoom(0)).subscribe();
    assert.equal(queue.room, 4);
  });

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const watching = watchRoom(6);
      const one$ = cold('   -a--', { a: 'ab' });
      const other$ = cold(' --b-', { b: 'abc' });
      const oneRoom$ = one$.pipe(toBytes(), queueBytes({ capacity: 4 }), watching);
      const otherRoom$ = other$.pipe(toBytes(), queueBytes({ capacity: 8 }), watching);
      expectObservable(oneRoom$, '  ^---!').toBe('xy--', { x: 10, y: 8 });
      expectObservable(otherRoom$, '^---!').toBe('x-y-', { x: 14, y: 11 });
      expectSubscriptions(one$.subscriptions).toBe('  ^---!');
      expectSubscriptions(other$.subscriptions).toBe('^---!');
    }),
  );

  it('reads a synchronous source', () => {
    const rooms: number[] = [];
    of('abc', 'de')
      .pipe(toBytes(), queueBytes({ capacity: 4 }), watchRoom(6))
      .subscribe((room) => rooms.push(room));
    assert.deepStrictEqual(rooms, [10, 7, 5, 0]);
  });
});

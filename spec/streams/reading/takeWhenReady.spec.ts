import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { distinctUntilChanged, from, map, NEVER, switchMap } from 'rxjs';

import { ByteQueue, queueBytes } from '../../../src/streams';
import { takeWhenReady } from '../../../src/streams/reading/takeWhenReady';
import { marbles, toBytes } from '../../../harness/time/marbles';

const lost = new Error('port lost');

/** Takes a pair of bytes, as text. */
const takePair = (demand = 2) =>
  takeWhenReady({
    demand,
    isReady: (queue) => queue.length >= 2,
    take: (queue) => queue.takeUpTo(2).toString(),
  });

describe('takeWhenReady', () => {
  it(
    'takes once the queue is ready, ends, and lets the stream go',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-b-c-', { a: 'a', b: 'bc', c: 'd' });
      const subs = '        ^--!   ';
      const expected = '    ---(r|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), takePair())).toBe(expected, { r: 'ab' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'waits while it is not, and lets the stream go when it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a---', { a: 'a' });
      const subs = '        ^---!';
      const expected = '    -----';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), takePair()), subs).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes what there is when the stream ends first',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-|   ', { a: 'a' });
      const subs = '        ^--!   ';
      const expected = '    ---(r|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), takePair())).toBe(expected, { r: 'a' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes nothing of a stream that ends without a byte',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    ---|   ');
      const subs = '        ^--!   ';
      const expected = '    ---(r|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), takePair())).toBe(expected, { r: '' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'fails with the stream when that fails first',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-#', { a: 'a' }, lost);
      const subs = '        ^--!';
      const expected = '    ---#';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), takePair())).toBe(expected, undefined, lost);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes from a stream that has failed what is ready, and leaves it what is not',
    marbles(({ expectObservable, flush }) => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('abc'));
      queue.fail(lost);
      expectObservable(queue.changes$.pipe(takePair())).toBe('(r|)', { r: 'ab' });
      expectObservable(queue.changes$.pipe(takePair())).toBe('#', undefined, lost);
      flush();
      assert.equal(String(queue.takeUpTo(9)), 'c');
    }),
  );

  it(
    'reads a synchronous source',
    marbles(({ expectObservable }) => {
      expectObservable(from(['a', 'bc']).pipe(toBytes(), queueBytes(), takePair())).toBe('(r|)', { r: 'ab' });
    }),
  );

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const taking = takePair();
      const one$ = cold('   -a-b', { a: 'a', b: 'b' });
      const other$ = cold(' --a-', { a: 'xy' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), taking)).toBe('  ---(r|)', { r: 'ab' });
      expectObservable(other$.pipe(toBytes(), queueBytes(), taking)).toBe('--(r|)', { r: 'xy' });
      expectSubscriptions(one$.subscriptions).toBe('  ^--!');
      expectSubscriptions(other$.subscriptions).toBe('^-! ');
    }),
  );

  it('withdraws its demand and takes in one change of the queue', () => {
    const queue = new ByteQueue({ capacity: 4 });
    const rooms: number[] = [];
    queue.room$.subscribe((room) => rooms.push(room));
    queue.changes$.pipe(takePair(10)).subscribe();
    queue.push(Buffer.from('abc'));
    assert.deepStrictEqual(rooms, [4, 14, 11, 3]);
  });

  it('delivers before the queue emits the change', () => {
    const queue = new ByteQueue();
    const taken: string[] = [];
    const isReady$ = queue.changes$.pipe(
      map(({ length }) => length >= 2),
      distinctUntilChanged(),
    );
    // Taking makes the queue unready, which cancels the taker.
    isReady$
      .pipe(switchMap((isReady) => (isReady ? queue.changes$.pipe(takePair()) : NEVER)))
      .subscribe((pair) => taken.push(pair));
    for (const text of ['a', 'bc', 'd']) queue.push(Buffer.from(text));
    assert.deepStrictEqual([taken, queue.length], [['ab', 'cd'], 0]);
  });
});

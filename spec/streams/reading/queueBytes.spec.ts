import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from, map, type OperatorFunction, pipe } from 'rxjs';

import { ByteQueue, type ByteQueueOptions, queueBytes, recv } from '../../../src/streams';
import { fillQueue } from '../../../src/streams/reading/queueBytes';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';

const lost = new Error('port lost');
const full = new Error('queue full');

/** The queue when it is emitted: its length, with `.` behind it for the end of the stream, or with a failure. */
function queued(options?: ByteQueueOptions): OperatorFunction<string, string> {
  return pipe(
    toBytes(),
    queueBytes(options),
    map(({ length, finished, failure }) => `${length}${failure?.message ?? (finished ? '.' : '')}`),
  );
}

describe('queueBytes', () => {
  it(
    'shows the end of an empty stream as a state of the queue, and does not complete',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   ---|  ');
      const subs = '       ^--!  ';
      const expected = '   a--b--';
      expectObservable(rx$.pipe(queued())).toBe(expected, { a: '0', b: '0.' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'emits the empty queue while nothing comes, and lets the source go when it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   -----');
      const subs = '       ^---!';
      const expected = '   a----';
      expectObservable(rx$.pipe(queued()), subs).toBe(expected, { a: '0' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'emits the queue when a chunk comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   --x|', { x: 'abc' });
      const subs = '       ^--!';
      const expected = '   a-bc';
      expectObservable(rx$.pipe(queued())).toBe(expected, { a: '0', b: '3', c: '3.' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'collects many chunks, and sees no change in an empty one',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   --x-e-x-|', { x: 'abc', e: '' });
      const expected = '   a-b---c-d';
      expectObservable(rx$.pipe(queued())).toBe(expected, { a: '0', b: '3', c: '6', d: '6.' });
      expectSubscriptions(rx$.subscriptions).toBe('^-------!');
    }),
  );

  it(
    'shows a failure as a state of the queue, after the bytes before it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   --x-#', { x: 'abc' }, lost);
      const subs = '       ^---!';
      const expected = '   a-b-c';
      expectObservable(rx$.pipe(queued())).toBe(expected, { a: '0', b: '3', c: '3port lost' });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'fails the queue that overflows, keeps what came before, and lets the source go',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   --x-x-x', { x: 'abc' });
      const subs = '       ^---!  ';
      const expected = '   a-b-c--';
      const values = { a: '0', b: '3', c: '3queue full' };
      expectObservable(rx$.pipe(queued({ capacity: 5, overflow: () => full }))).toBe(expected, values);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'collects a synchronous source',
    marbles(({ expectObservable }) => {
      const values = { a: '0', b: '1', c: '3', d: '3.' };
      expectObservable(from(['a', 'bc']).pipe(queued())).toBe('(abcd)', values);
    }),
  );

  it(
    'makes a queue for each subscription of one operator',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const queueing = queueBytes();
      const one$ = cold('   -a--', { a: 'abc' });
      const other$ = cold(' --a-', { a: 'x' });
      const oneRecv$ = one$.pipe(toBytes(), queueing, recv(9));
      expectObservable(oneRecv$).toBe('                             -(r|)', buffers({ r: 'abc' }));
      expectObservable(oneRecv$).toBe('                             -(r|)', buffers({ r: 'abc' }));
      expectObservable(other$.pipe(toBytes(), queueing, recv(9))).toBe('--(r|)', buffers({ r: 'x' }));
      expectSubscriptions(one$.subscriptions).toBe(['^!', '^!']);
      expectSubscriptions(other$.subscriptions).toBe('^-!');
    }),
  );
});

describe('fillQueue', () => {
  it(
    'moves a stream into the queue with its end, emits nothing, and ends',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const queue = new ByteQueue();
      const rx$ = cold('   -a-b-|', { a: 'ab', b: 'c' });
      expectObservable(rx$.pipe(toBytes(), fillQueue(queue))).toBe('-----|');
      expectSubscriptions(rx$.subscriptions).toBe('^----!');
      flush();
      assert.deepStrictEqual([queue.finished, queue.failure, String(queue.takeUpTo(9))], [true, undefined, 'abc']);
    }),
  );

  it(
    'makes an error the failure of the queue',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const queue = new ByteQueue();
      const rx$ = cold('   -a-#', { a: 'ab' }, lost);
      expectObservable(rx$.pipe(toBytes(), fillQueue(queue))).toBe('---|');
      expectSubscriptions(rx$.subscriptions).toBe('^--!');
      flush();
      assert.deepStrictEqual([queue.failure, String(queue.takeUpTo(9))], [lost, 'ab']);
    }),
  );

  it(
    'lets the stream go when the queue overflows, or is found closed',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const small = new ByteQueue({ capacity: 3, overflow: () => full });
      const closed = new ByteQueue();
      const rx$ = cold('   -a-a-', { a: 'ab' });
      cold('               --x  ').subscribe(() => closed.close(lost));
      expectObservable(rx$.pipe(toBytes(), fillQueue(small))).toBe('  ---|');
      expectObservable(rx$.pipe(toBytes(), fillQueue(closed))).toBe(' ---|');
      expectSubscriptions(rx$.subscriptions).toBe(['^--!', '^--!']);
      flush();
      assert.deepStrictEqual([small.failure, small.length, closed.failure, closed.length], [full, 2, lost, 0]);
    }),
  );

  it(
    'leaves the queue open when it is unsubscribed',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const queue = new ByteQueue();
      const rx$ = cold('   -a-a-', { a: 'ab' });
      const subs = '       ^-!  ';
      expectObservable(rx$.pipe(toBytes(), fillQueue(queue)), subs).toBe('-');
      expectSubscriptions(rx$.subscriptions).toBe(subs);
      flush();
      assert.deepStrictEqual([queue.finished, queue.length], [false, 2]);
    }),
  );

  it(
    'fills one queue from several streams, the first of which ends it',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const queue = new ByteQueue();
      const filling = fillQueue(queue);
      const one$ = cold('   a-| ', { a: 'ab' });
      const other$ = cold(' -b-b', { b: 'c' });
      expectObservable(one$.pipe(toBytes(), filling)).toBe('  --| ');
      expectObservable(other$.pipe(toBytes(), filling)).toBe('---|');
      expectSubscriptions(one$.subscriptions).toBe('  ^-! ');
      expectSubscriptions(other$.subscriptions).toBe('^--!');
      flush();
      assert.equal(String(queue.takeUpTo(9)), 'abc');
    }),
  );

  it('collects a synchronous source', () => {
    const queue = new ByteQueue();
    from(['ab', 'c']).pipe(toBytes(), fillQueue(queue)).subscribe();
    assert.deepStrictEqual([queue.finished, queue.length], [true, 3]);
  });
});

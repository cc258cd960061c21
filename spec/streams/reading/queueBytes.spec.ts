import { describe, it } from '@jest/globals';
import { from, map, type OperatorFunction, pipe } from 'rxjs';

import { type ByteQueueOptions, queueBytes, recv } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../marbles';

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
    'tells of an empty stream that it has ended, and does not end itself',
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
    marbles(({ cold, expectObservable }) => {
      const rx$ = cold('   --x-e-x-|', { x: 'abc', e: '' });
      const expected = '   a-b---c-d';
      expectObservable(rx$.pipe(queued())).toBe(expected, { a: '0', b: '3', c: '6', d: '6.' });
    }),
  );

  it(
    'tells of a failure by the queue, behind the bytes before it',
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

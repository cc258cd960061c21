import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from, NEVER } from 'rxjs';

import { ByteQueue, queueBytes, read, recv } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../marbles';

const lost = new Error('port lost');

describe('read', () => {
  it(
    'emits an empty buffer when the stream ends without a byte',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    ---|    ');
      const subs = '        ^--!    ';
      const expected = '    ---(e|) ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read(4))).toBe(expected, buffers({ e: '' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'waits while nothing comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -----');
      const subs = '        ^---!';
      const expected = '    -----';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read()), subs).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes its bytes out of one chunk',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    --a----|', { a: 'abcdef' });
      const subs = '        ^-!     ';
      const expected = '    --(r|)  ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read(4))).toBe(expected, buffers({ r: 'abcd' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'collects its bytes from many chunks',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-b-c-d-|', { a: 'a', b: 'bc', c: 'de', d: 'f' });
      const subs = '        ^----!    ';
      const expected = '    -----(r|) ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read(4))).toBe(expected, buffers({ r: 'abcd' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'collects everything until the end when it is given no size',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-b-c-d-|   ', { a: 'a', b: 'bc', c: 'de', d: 'f' });
      const subs = '        ^--------!   ';
      const expected = '    ---------(r|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read())).toBe(expected, buffers({ r: 'abcdef' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'is short when the end comes first',
    marbles(({ cold, expectObservable }) => {
      const rx$ = cold('    -a-|   ', { a: 'abc' });
      const expected = '    ---(r|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read(4))).toBe(expected, buffers({ r: 'abc' }));
    }),
  );

  it(
    'fails with the stream, whatever has come',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-#', { a: 'abc' }, lost);
      const subs = '        ^--!';
      const expected = '    ---#';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read(4))).toBe(expected, undefined, lost);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'leaves the bytes before a failure to a smaller read',
    marbles(({ expectObservable }) => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('abc'));
      queue.fail(lost);
      expectObservable(queue.changes$.pipe(read(4))).toBe('#', undefined, lost);
      expectObservable(queue.changes$.pipe(read())).toBe('#', undefined, lost);
      expectObservable(queue.changes$.pipe(read(2))).toBe('(r|)', buffers({ r: 'ab' }));
      expectObservable(queue.changes$.pipe(recv(2))).toBe('(r|)', buffers({ r: 'c' }));
    }),
  );

  it('takes nothing when it is unsubscribed', () => {
    const queue = new ByteQueue({ capacity: 4 });
    const reading = queue.changes$.pipe(read(10)).subscribe();
    queue.push(Buffer.from('abcdef'));
    reading.unsubscribe();
    assert.deepStrictEqual([queue.length, queue.room], [6, 0]);
    assert.deepStrictEqual(queue.takeUpTo(10), Buffer.from('abcdef'));
  });

  it(
    'reads a synchronous source',
    marbles(({ expectObservable }) => {
      const rx$ = from(['abc', 'de', 'f']);
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read(4))).toBe('(r|)', buffers({ r: 'abcd' }));
      expectObservable(rx$.pipe(toBytes(), queueBytes(), read())).toBe(' (r|)', buffers({ r: 'abcdef' }));
    }),
  );

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable }) => {
      const readTwo = read(2);
      const one$ = cold('   -a-b', { a: 'a', b: 'b' });
      const other$ = cold(' --a-', { a: 'xy' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), readTwo)).toBe('  ---(r|)', buffers({ r: 'ab' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), readTwo)).toBe('--(r|)', buffers({ r: 'xy' }));
    }),
  );

  it(
    'does not wait for no bytes',
    marbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(queueBytes(), read(0))).toBe('(e|)', buffers({ e: '' }));
    }),
  );

  it(
    'lets in what it waits for, whatever the capacity',
    marbles(({ cold, expectObservable }) => {
      const rx$ = cold('    -a-a-a-', { a: 'abcd' });
      const expected = '    -----(r|)';
      const bytes = buffers({ r: 'abcdabcdab' });
      expectObservable(rx$.pipe(toBytes(), queueBytes({ capacity: 4 }), read(10))).toBe(expected, bytes);
    }),
  );

  it.each([-1, 1.5, NaN, -Infinity])('refuses %d as a size at the call', (size) => {
    expect(() => read(size)).toThrow(RangeError);
  });
});

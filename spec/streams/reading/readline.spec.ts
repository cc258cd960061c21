import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from } from 'rxjs';

import { ByteQueue, queueBytes, readline, recv } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../marbles';

const lost = new Error('port lost');

describe('readline', () => {
  it(
    'emits an empty buffer when the stream ends without a byte',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    ---|    ');
      const subs = '        ^--!    ';
      const expected = '    ---(e|) ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline())).toBe(expected, buffers({ e: '' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'waits while no newline comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-a--');
      const subs = '        ^----!';
      const expected = '    ------';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline()), subs).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes a line with its newline, and no more',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    --a----|', { a: 'ab\r\ncd\n' });
      const subs = '        ^-!     ';
      const expected = '    --(l|)  ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline())).toBe(expected, buffers({ l: 'ab\r\n' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'collects a line from many chunks',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-b-c-d-|', { a: 'a', b: 'bc', c: '\n', d: 'f' });
      const subs = '        ^----!    ';
      const expected = '    -----(l|) ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline())).toBe(expected, buffers({ l: 'abc\n' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it.each(Array.from('ab\ncd\n', (_, at) => at))('finds the line when its bytes are cut at %d', (at) => {
    const text = 'ab\ncd\n';
    const lines: string[] = [];
    from([text.slice(0, at), text.slice(at)])
      .pipe(toBytes(), queueBytes(), readline())
      .subscribe((line) => lines.push(line.toString()));
    assert.deepStrictEqual(lines, ['ab\n']);
  });

  it(
    'takes what is left when the stream ends',
    marbles(({ cold, expectObservable }) => {
      const rx$ = cold('    -a-|   ', { a: 'abc' });
      const expected = '    ---(l|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline())).toBe(expected, buffers({ l: 'abc' }));
    }),
  );

  it(
    'fails with the stream in the middle of a line',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-#', { a: 'abc' }, lost);
      const subs = '        ^--!';
      const expected = '    ---#';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline())).toBe(expected, undefined, lost);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes the lines before a failure first, and leaves the rest to recv',
    marbles(({ expectObservable }) => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('ab\ncd'));
      queue.fail(lost);
      expectObservable(queue.changes$.pipe(readline())).toBe('(l|)', buffers({ l: 'ab\n' }));
      expectObservable(queue.changes$.pipe(readline())).toBe('#', undefined, lost);
      expectObservable(queue.changes$.pipe(recv(9))).toBe('(r|)', buffers({ r: 'cd' }));
    }),
  );

  it('takes nothing when it is unsubscribed', () => {
    const queue = new ByteQueue();
    const reading = queue.changes$.pipe(readline()).subscribe();
    queue.push(Buffer.from('ab'));
    reading.unsubscribe();
    queue.push(Buffer.from('c\n'));
    assert.deepStrictEqual([queue.length, queue.lineLength], [4, 4]);
  });

  it(
    'reads a synchronous source',
    marbles(({ expectObservable }) => {
      const rx$ = from(['a', 'b\nc', 'd\n']);
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline())).toBe('(l|)', buffers({ l: 'ab\n' }));
    }),
  );

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable }) => {
      const line = readline();
      const one$ = cold('   -a-b', { a: 'a', b: '\n' });
      const other$ = cold(' --a-', { a: 'x\n' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), line)).toBe('  ---(l|)', buffers({ l: 'a\n' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), line)).toBe('--(l|)', buffers({ l: 'x\n' }));
    }),
  );

  it(
    'takes the first bytes of a line that is longer than its limit',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -a-b-c-', { a: 'ab', b: 'cd', c: '\n' });
      const subs = '        ^--!   ';
      const expected = '    ---(l|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline(3))).toBe(expected, buffers({ l: 'abc' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes a line that is just as long as its limit',
    marbles(({ cold, expectObservable }) => {
      const rx$ = cold('    -a-----', { a: 'ab\ncd' });
      const expected = '    -(l|)  ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readline(3))).toBe(expected, buffers({ l: 'ab\n' }));
    }),
  );

  it.each([-1, 1.5, NaN, -Infinity])('refuses %d as a size at the call', (size) => {
    expect(() => readline(size)).toThrow(RangeError);
  });
});

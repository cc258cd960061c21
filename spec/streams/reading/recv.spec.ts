import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, EMPTY, from, NEVER, of } from 'rxjs';

import { ByteQueue, queueBytes, recv } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../marbles';

const lost = new Error('port lost');

describe('recv', () => {
  it(
    'emits an empty buffer when the stream ends without a byte',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    ---|    ');
      const subs = '        ^--!    ';
      const expected = '    ---(e|) ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), recv(4))).toBe(expected, buffers({ e: '' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'waits while nothing comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -----');
      const subs = '        ^---!';
      const expected = '    -----';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), recv(4)), subs).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes a chunk as soon as it comes, and lets the source go',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    --a---b--|', { a: 'abc', b: 'd' });
      const subs = '        ^-!       ';
      const expected = '    --(r|)    ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), recv(4))).toBe(expected, buffers({ r: 'abc' }));
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes no more than it was asked for',
    marbles(({ cold, expectObservable }) => {
      const rx$ = cold('    --a------|', { a: 'abcdef' });
      const expected = '    --(r|)    ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), recv(4))).toBe(expected, buffers({ r: 'abcd' }));
    }),
  );

  it(
    'fails with the stream when nothing has come',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    ---#', undefined, lost);
      const subs = '        ^--!';
      const expected = '    ---#';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), recv(4))).toBe(expected, undefined, lost);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes what came before a failure first',
    marbles(({ expectObservable }) => {
      const queue = new ByteQueue();
      queue.push(Buffer.from('ab'));
      queue.fail(lost);
      expectObservable(queue.changes$.pipe(recv(4))).toBe('(r|)', buffers({ r: 'ab' }));
      expectObservable(queue.changes$.pipe(recv(4))).toBe('#', undefined, lost);
    }),
  );

  it('takes nothing when it is unsubscribed', () => {
    const queue = new ByteQueue();
    queue.changes$.pipe(recv(4)).subscribe().unsubscribe();
    queue.push(Buffer.from('ab'));
    expect(queue.length).toBe(2);
  });

  it(
    'reads a synchronous source',
    marbles(({ expectObservable }) => {
      const rx$ = from(['abc', 'd']);
      expectObservable(rx$.pipe(toBytes(), queueBytes(), recv(2))).toBe('(r|)', buffers({ r: 'ab' }));
    }),
  );

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable }) => {
      const recvTwo = recv(2);
      const one$ = cold('   -a--', { a: 'abc' });
      const other$ = cold(' --a-', { a: 'x' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), recvTwo)).toBe('  -(r|)', buffers({ r: 'ab' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), recvTwo)).toBe('--(r|)', buffers({ r: 'x' }));
    }),
  );

  it(
    'does not wait for no bytes',
    marbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(queueBytes(), recv(0))).toBe('(e|)', buffers({ e: '' }));
    }),
  );

  it('joins what has come in several chunks, and takes no more than it was asked for', () => {
    const queue = new ByteQueue();
    for (const chunk of ['abc', 'de', 'f', 'ghi']) queue.push(Buffer.from(chunk));
    const taken: string[] = [];
    for (const size of [7, 4096]) queue.changes$.pipe(recv(size)).subscribe((bytes) => taken.push(String(bytes)));
    expect(taken).toEqual(['abcdefg', 'hi']);
  });

  it('gives the memory of the chunk itself', () => {
    const chunk = Buffer.from('abcdef');
    const taken: Buffer[] = [];
    concat(of(chunk), EMPTY)
      .pipe(queueBytes(), recv(3))
      .subscribe((bytes) => taken.push(bytes));
    chunk[0] = 0x58;
    assert.deepStrictEqual(taken.map(String), ['Xbc']);
  });

  it.each([-1, 1.5, NaN, -Infinity])('refuses %d as a size at the call', (size) => {
    expect(() => recv(size)).toThrow(RangeError);
  });
});

import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from, NEVER } from 'rxjs';

import { ByteQueue, queueBytes, readinto } from '../../../src/streams';
import { marbles, toBytes } from '../marbles';

const lost = new Error('port lost');

describe('readinto', () => {
  it(
    'stores nothing when the stream ends without a byte',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const target = Buffer.from('....');
      const rx$ = cold('    ---|    ');
      const subs = '        ^--!    ';
      const expected = '    ---(n|) ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readinto(target))).toBe(expected, { n: 0 });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
      flush();
      assert.equal(target.toString(), '....');
    }),
  );

  it(
    'waits while nothing comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('    -----');
      const subs = '        ^---!';
      const expected = '    -----';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readinto(Buffer.alloc(4))), subs).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'fills the target from one chunk',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const target = Buffer.from('....');
      const rx$ = cold('    --a----|', { a: 'abcdef' });
      const subs = '        ^-!     ';
      const expected = '    --(n|)  ';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readinto(target))).toBe(expected, { n: 4 });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
      flush();
      assert.equal(target.toString(), 'abcd');
    }),
  );

  it(
    'fills the start of the target from many chunks',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const target = Buffer.from('....');
      const rx$ = cold('    -a-b-|', { a: 'ab', b: 'cd' });
      const subs = '        ^--!  ';
      const expected = '    ---(n|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readinto(target, 3))).toBe(expected, { n: 3 });
      expectSubscriptions(rx$.subscriptions).toBe(subs);
      flush();
      assert.equal(target.toString(), 'abc.');
    }),
  );

  it(
    'stores what there is when the end comes first',
    marbles(({ cold, flush, expectObservable }) => {
      const target = Buffer.from('....');
      const rx$ = cold('    -a-|   ', { a: 'ab' });
      const expected = '    ---(n|)';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readinto(target))).toBe(expected, { n: 2 });
      flush();
      assert.equal(target.toString(), 'ab..');
    }),
  );

  it(
    'fails with the stream and leaves the target alone',
    marbles(({ cold, flush, expectObservable, expectSubscriptions }) => {
      const target = Buffer.from('....');
      const rx$ = cold('    -a-#', { a: 'ab' }, lost);
      const subs = '        ^--!';
      const expected = '    ---#';
      expectObservable(rx$.pipe(toBytes(), queueBytes(), readinto(target))).toBe(expected, undefined, lost);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
      flush();
      assert.equal(target.toString(), '....');
    }),
  );

  it('takes nothing when it is unsubscribed', () => {
    const target = Buffer.from('....');
    const queue = new ByteQueue();
    const reading = queue.changes$.pipe(readinto(target)).subscribe();
    queue.push(Buffer.from('abc'));
    reading.unsubscribe();
    queue.push(Buffer.from('d'));
    assert.deepStrictEqual([queue.takeUpTo(9).toString(), target.toString()], ['abcd', '....']);
  });

  it(
    'reads a synchronous source into any Uint8Array',
    marbles(({ flush, expectObservable }) => {
      const target = new Uint8Array(3);
      expectObservable(from(['ab', 'cd']).pipe(toBytes(), queueBytes(), readinto(target))).toBe('(n|)', { n: 3 });
      flush();
      assert.deepStrictEqual(target, Uint8Array.of(0x61, 0x62, 0x63));
    }),
  );

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable }) => {
      const readTwo = readinto(Buffer.alloc(2));
      const one$ = cold('   -a-b', { a: 'a', b: 'b' });
      const other$ = cold(' --a|', { a: 'x' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), readTwo)).toBe('  ---(n|)', { n: 2 });
      expectObservable(other$.pipe(toBytes(), queueBytes(), readTwo)).toBe('---(n|)', { n: 1 });
    }),
  );

  it('takes no more than the target holds, whatever size it is given', () => {
    const queue = new ByteQueue();
    queue.push(Buffer.from('abcdef'));
    const counts: number[] = [];
    queue.changes$.pipe(readinto(Buffer.alloc(4), 100)).subscribe((count) => counts.push(count));
    assert.deepStrictEqual([counts, queue.length], [[4], 2]);
  });

  it(
    'does not wait to fill an empty target',
    marbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(queueBytes(), readinto(Buffer.alloc(0)))).toBe('(n|)', { n: 0 });
    }),
  );

  it.each([-1, 1.5, NaN, -Infinity])('refuses %d as a size at the call', (size) => {
    expect(() => readinto(Buffer.alloc(4), size)).toThrow(RangeError);
  });
});

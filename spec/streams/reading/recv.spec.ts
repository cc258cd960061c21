import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, EMPTY, of } from 'rxjs';

import { queueBytes, recv } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';
import { cases, notSizes } from './cases';
import { describeOperators } from './cases/operators';

describe('recv', () => {
  describeOperators(cases.recv);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const recvTwo = recv(2);
      const one$ = cold('   -a--', { a: 'abc' });
      const other$ = cold(' --a-', { a: 'x' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), recvTwo)).toBe('  -(r|)', buffers({ r: 'ab' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), recvTwo)).toBe('--(r|)', buffers({ r: 'x' }));
      expectSubscriptions(one$.subscriptions).toBe('  ^!  ');
      expectSubscriptions(other$.subscriptions).toBe('^-! ');
    }),
  );

  it('gives the memory of the chunk itself', () => {
    const chunk = Buffer.from('abcdef');
    const taken: Buffer[] = [];
    concat(of(chunk), EMPTY)
      .pipe(queueBytes(), recv(3))
      .subscribe((bytes) => taken.push(bytes));
    chunk[0] = 0x58;
    assert.deepStrictEqual(taken.map(String), ['Xbc']);
  });

  it.each(notSizes)('refuses %d as a size at the call', (size) => {
    expect(() => recv(size)).toThrow(RangeError);
  });
});

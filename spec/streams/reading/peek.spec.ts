import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { of } from 'rxjs';

import { queueBytes } from '../../../src/streams';
import { peek } from '../../../src/streams/reading/peek';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';
import { cases, notSizes } from './cases';
import { describeOperators } from './cases/operators';

describe('peek', () => {
  describeOperators(cases.peek);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const peekTwo = peek(2, 2);
      const one$ = cold('   -a-b', { a: 'a', b: 'bc' });
      const other$ = cold(' --a-', { a: 'xy' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), peekTwo)).toBe('  ---(r|)', buffers({ r: 'ab' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), peekTwo)).toBe('--(r|)', buffers({ r: 'xy' }));
      expectSubscriptions(one$.subscriptions).toBe('  ^--!');
      expectSubscriptions(other$.subscriptions).toBe('^-! ');
    }),
  );

  it('gives a copy, so that the bytes stay what they are', () => {
    const chunk = Buffer.from('abc');
    of(chunk)
      .pipe(queueBytes(), peek(3))
      .subscribe((bytes) => bytes.fill('x'));
    assert.equal(String(chunk), 'abc');
  });

  it.each(notSizes)('refuses %d as a size at the call', (size) => {
    expect(() => peek(size)).toThrow(RangeError);
  });
});

import { describe, expect, it } from '@jest/globals';

import { queueBytes, readinto } from '../../../src/streams';
import { marbles, toBytes } from '../../../harness/time/marbles';
import { cases, notSizes } from './cases';
import { describeOperators } from './cases/operators';

describe('readinto', () => {
  describeOperators(cases.readinto);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const readTwo = readinto(Buffer.alloc(2));
      const one$ = cold('   -a-b', { a: 'a', b: 'b' });
      const other$ = cold(' --a|', { a: 'x' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), readTwo)).toBe('  ---(n|)', { n: 2 });
      expectObservable(other$.pipe(toBytes(), queueBytes(), readTwo)).toBe('---(n|)', { n: 1 });
      expectSubscriptions(one$.subscriptions).toBe('  ^--!');
      expectSubscriptions(other$.subscriptions).toBe('^--!');
    }),
  );

  it.each(notSizes)('refuses %d as a size at the call', (size) => {
    expect(() => readinto(Buffer.alloc(4), size)).toThrow(RangeError);
  });
});

import { describe, expect, it } from '@jest/globals';

import { queueBytes, readline } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';
import { cases, notSizes } from './cases';
import { describeOperators } from './cases/operators';

describe('readline', () => {
  describeOperators(cases.readline);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const line = readline();
      const one$ = cold('   -a-b', { a: 'a', b: '\n' });
      const other$ = cold(' --a-', { a: 'x\n' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), line)).toBe('  ---(l|)', buffers({ l: 'a\n' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), line)).toBe('--(l|)', buffers({ l: 'x\n' }));
      expectSubscriptions(one$.subscriptions).toBe('  ^--!');
      expectSubscriptions(other$.subscriptions).toBe('^-! ');
    }),
  );

  it.each(notSizes)('refuses %d as a size at the call', (size) => {
    expect(() => readline(size)).toThrow(RangeError);
  });
});

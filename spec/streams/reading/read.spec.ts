import { describe, expect, it } from '@jest/globals';

import { queueBytes, read } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';
import { cases, notSizes } from './cases';
import { describeOperators } from './cases/operators';

describe('read', () => {
  describeOperators(cases.read);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const readTwo = read(2);
      const one$ = cold('   -a-b', { a: 'a', b: 'b' });
      const other$ = cold(' --a-', { a: 'xy' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), readTwo)).toBe('  ---(r|)', buffers({ r: 'ab' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), readTwo)).toBe('--(r|)', buffers({ r: 'xy' }));
      expectSubscriptions(one$.subscriptions).toBe('  ^--!');
      expectSubscriptions(other$.subscriptions).toBe('^-! ');
    }),
  );

  it.each(notSizes)('refuses %d as a size at the call', (size) => {
    expect(() => read(size)).toThrow(RangeError);
  });
});

import { describe, it } from '@jest/globals';

import { queueBytes } from '../../../src/streams';
import { takeChunks, takeLines } from '../../../src/streams/reading/takeChunks';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';
import { cases } from './cases';
import { describeOperators } from './cases/operators';

describe('takeChunks', () => {
  describeOperators(cases.data);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = takeChunks();
      const one$ = cold('   -a-b|', { a: 'a', b: 'b' });
      const other$ = cold(' --a-|', { a: 'xy' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), chunks)).toBe('  -a-b|', buffers({ a: 'a', b: 'b' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), chunks)).toBe('--a-|', buffers({ a: 'xy' }));
      expectSubscriptions(one$.subscriptions).toBe('  ^---!');
      expectSubscriptions(other$.subscriptions).toBe('^---!');
    }),
  );
});

describe('takeLines', () => {
  describeOperators(cases.lines);

  it(
    'keeps two sources of one operator apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lines = takeLines();
      const one$ = cold('   -a-b|   ', { a: 'a', b: '\nb' });
      const other$ = cold(' --a--|', { a: 'x\n' });
      expectObservable(one$.pipe(toBytes(), queueBytes(), lines)).toBe('  ---a(b|)', buffers({ a: 'a\n', b: 'b' }));
      expectObservable(other$.pipe(toBytes(), queueBytes(), lines)).toBe('--a--|', buffers({ a: 'x\n' }));
      expectSubscriptions(one$.subscriptions).toBe('  ^---!');
      expectSubscriptions(other$.subscriptions).toBe('^----!');
    }),
  );
});

import { describe, it } from '@jest/globals';
import { of } from 'rxjs';

import { alongside } from '../../../../src/esp8285/links/polling/alongside';
import { marbles } from '../../../../harness/time/marbles';

const error = new Error('it failed');

describe('alongside', () => {
  it(
    'runs an operation until the stream ends',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('   -a-b--|');
      const operation$ = cold<never>('--------');
      expectObservable(source$.pipe(alongside(operation$))).toBe('-a-b--|');
      expectSubscriptions(source$.subscriptions).toBe('   ^-----!');
      expectSubscriptions(operation$.subscriptions).toBe('^-----!');
    }),
  );

  it(
    'goes on when the operation has ended',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-b-|').pipe(alongside(cold<never>('--|')))).toBe('-a-b-|');
      expectObservable(cold('-a-b-|').pipe(alongside(cold<never>('|')))).toBe('-a-b-|');
    }),
  );

  it(
    'fails with the operation, and leaves the stream',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a----');
      expectObservable(source$.pipe(alongside(cold<never>('--#', undefined, error)))).toBe('-a#', undefined, error);
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'fails with the stream, and leaves the operation',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold<never>('---');
      expectObservable(cold('-a#', undefined, error).pipe(alongside(operation$))).toBe('-a#', undefined, error);
      expectSubscriptions(operation$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'leaves both with its subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a----');
      const operation$ = cold<never>('------');
      expectObservable(source$.pipe(alongside(operation$)), '^--!').toBe('-a');
      expectSubscriptions(source$.subscriptions).toBe('^--!');
      expectSubscriptions(operation$.subscriptions).toBe('^--!');
    }),
  );

  it(
    'begins no operation for a stream that ends at once',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold<never>('---');
      expectObservable(of('a', 'b').pipe(alongside(operation$))).toBe('(ab|)');
      expectSubscriptions(operation$.subscriptions).toBe([]);
    }),
  );

  it(
    'begins the operation anew for each stream',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold<never>('-----');
      const operator = alongside<string>(operation$);
      expectObservable(cold('-a-|').pipe(operator)).toBe('-a-|');
      expectObservable(cold('--b|').pipe(operator)).toBe('--b|');
      expectSubscriptions(operation$.subscriptions).toBe(['^--!', '^--!']);
    }),
  );
});

import { describe, it } from '@jest/globals';
import { EMPTY, NEVER, of } from 'rxjs';

import { followedBy } from '../../../src/esp8285/executor/followedBy';
import { marbles } from '../../../harness/time/marbles';

describe('followedBy', () => {
  it(
    'completes when the rest has completed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const conversation$ = cold('-a-b|');
      const rest$ = cold<never>('  ---|');
      expectObservable(conversation$.pipe(followedBy(() => rest$))).toBe('-a-b---|');
      expectSubscriptions(conversation$.subscriptions).toBe('^---!');
      expectSubscriptions(rest$.subscriptions).toBe('----^--!');
    }),
  );

  it(
    'completes at once when there is nothing to wait for',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-b|').pipe(followedBy(() => undefined))).toBe('-a-b|');
      expectObservable(of('a').pipe(followedBy(() => EMPTY))).toBe('(a|)');
      expectObservable(EMPTY.pipe(followedBy(() => undefined))).toBe('|');
      expectObservable(NEVER.pipe(followedBy(() => undefined))).toBe('-');
    }),
  );

  it(
    'passes errors, of the rest too, and waits for nothing after an error',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rest$ = cold<never>('--#', undefined, 'late');
      expectObservable(cold('-#', undefined, 'early').pipe(followedBy(() => rest$))).toBe('-#', undefined, 'early');
      expectObservable(cold('---|').pipe(followedBy(() => rest$))).toBe('-----#', undefined, 'late');
      expectSubscriptions(rest$.subscriptions).toBe('---^-!');
    }),
  );

  it(
    'asks for the rest at each completion, and unsubscribes with the subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rest$ = cold<never>('-----|');
      const operator = followedBy<string>(() => rest$);
      expectObservable(cold('--|').pipe(operator), '^---!').toBe('-----');
      expectObservable(cold('--a|').pipe(operator)).toBe('--a-----|');
      expectSubscriptions(rest$.subscriptions).toBe(['--^-!', '---^----!']);
    }),
  );
});

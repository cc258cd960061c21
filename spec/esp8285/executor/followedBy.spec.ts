import { describe, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable, of, throwError } from 'rxjs';

import { followedBy } from '../../../src/esp8285/executor/followedBy';
import { marbles } from '../../../harness/time/marbles';

/** Waits for a rest after a completion, and for none after an error. */
const completed = (rest: () => Observable<never> | undefined) =>
  followedBy<string>({ completed: rest, failed: (error) => throwError(() => error) });

describe('followedBy', () => {
  it(
    'completes when the rest has completed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const conversation$ = cold('-a-b|');
      const rest$ = cold<never>('  ---|');
      expectObservable(conversation$.pipe(completed(() => rest$))).toBe('-a-b---|');
      expectSubscriptions(conversation$.subscriptions).toBe('^---!');
      expectSubscriptions(rest$.subscriptions).toBe('----^--!');
    }),
  );

  it(
    'completes at once when there is nothing to wait for',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-b|').pipe(completed(() => undefined))).toBe('-a-b|');
      expectObservable(of('a').pipe(completed(() => EMPTY))).toBe('(a|)');
      expectObservable(EMPTY.pipe(completed(() => undefined))).toBe('|');
      expectObservable(NEVER.pipe(completed(() => undefined))).toBe('-');
    }),
  );

  it(
    'passes errors, of the rest too, and waits for nothing after an error',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rest$ = cold<never>('--#', undefined, 'late');
      expectObservable(cold('-#', undefined, 'early').pipe(completed(() => rest$))).toBe('-#', undefined, 'early');
      expectObservable(cold('---|').pipe(completed(() => rest$))).toBe('-----#', undefined, 'late');
      expectSubscriptions(rest$.subscriptions).toBe('---^-!');
    }),
  );

  it(
    'ends as what follows an error',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rest$ = cold<never>('---#', undefined, 'later');
      const operator = followedBy({ completed: () => undefined, failed: () => rest$ });
      expectObservable(cold('-a#', undefined, 'early').pipe(operator)).toBe('-a---#', undefined, 'later');
      expectObservable(cold('-#').pipe(operator), '^-!').toBe('-');
      expectSubscriptions(rest$.subscriptions).toBe(['-^!', '--^--!']);
    }),
  );

  it(
    'asks for the rest at each completion, and unsubscribes with the subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rest$ = cold<never>('-----|');
      const operator = completed(() => rest$);
      expectObservable(cold('--|').pipe(operator), '^---!').toBe('-----');
      expectObservable(cold('--a|').pipe(operator)).toBe('--a-----|');
      expectSubscriptions(rest$.subscriptions).toBe(['--^-!', '---^----!']);
    }),
  );
});

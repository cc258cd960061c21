import { describe, it } from '@jest/globals';

import { firstReady } from '../../../src/usocket/select/firstReady';
import { marbles } from '../../../harness/time/marbles';

const isReady = (state: string): boolean => state !== '0';

describe('firstReady', () => {
  it(
    'takes the first state that is ready, and unsubscribes',
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const states$ = hot('-0--a-b-');
      const subs = '       ^---!   ';
      const expected = '   ----(a|)';
      expectObservable(states$.pipe(firstReady(6, isReady, scheduler))).toBe(expected);
      expectSubscriptions(states$.subscriptions).toBe(subs);
    }),
  );

  it(
    'completes when the time is up',
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const states$ = hot('-0-0-0-a');
      const subs = '       ^----!  ';
      const expected = '   -----|  ';
      expectObservable(states$.pipe(firstReady(5, isReady, scheduler))).toBe(expected);
      expectSubscriptions(states$.subscriptions).toBe(subs);
    }),
  );

  it(
    'with a time of 0 takes the first state, ready or not',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const states$ = cold('0--a');
      const subs = '        (^!)';
      const expected = '    (0|)';
      expectObservable(states$.pipe(firstReady(0, isReady, scheduler))).toBe(expected);
      expectSubscriptions(states$.subscriptions).toBe(subs);
    }),
  );

  it.each([-1, -0.5, 2 ** 31, Infinity])('waits for ever with a time of %d, here for 30 days', (milliseconds) => {
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const states$ = hot('-0 43200m a');
      const subs = '       ^- 43200m !';
      const expected = '   -- 43200m (a|)';
      expectObservable(states$.pipe(firstReady(milliseconds, isReady, scheduler))).toBe(expected);
      expectSubscriptions(states$.subscriptions).toBe(subs);
    })();
  });

  it(
    'ends and fails with its source, and lets go of it when it is unsubscribed from',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const ready = () => firstReady(9, isReady, scheduler);
      expectObservable(cold('-0-|').pipe(ready())).toBe('---|');
      expectObservable(cold('-0-#').pipe(ready())).toBe('---#');
      const states$ = hot('-0---a');
      const unsubscribe = '---!  ';
      expectObservable(states$.pipe(ready()), unsubscribe).toBe('------');
      expectSubscriptions(states$.subscriptions).toBe('^--!');
    }),
  );

  it(
    'serves two sources, each with a time of its own',
    marbles(({ cold, expectObservable }, scheduler) => {
      const ready = firstReady(4, isReady, scheduler);
      expectObservable(cold('---a').pipe(ready)).toBe('---(a|)');
      expectObservable(cold('-----a').pipe(ready)).toBe('----|');
    }),
  );
});

import { describe, it } from '@jest/globals';
import { merge, of, switchMap, timer } from 'rxjs';

import { runOnce } from '../../../src/streams';
import { marbles } from '../marbles';

describe('runOnce', () => {
  it(
    'begins with the first subscriber, and shares that run with the others',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--|');
      const once$ = operation$.pipe(runOnce());
      expectObservable(once$, '-^     ').toBe('---a--|');
      expectObservable(once$, '---^   ').toBe('---a--|');
      expectObservable(once$, '--------^').toBe('--------(a|)');
      expectSubscriptions(operation$.subscriptions).toBe('-^----!');
    }),
  );

  it(
    'runs to its end when nobody waits for it any more',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--|');
      const once$ = operation$.pipe(runOnce());
      expectObservable(once$, '^!').toBe('');
      expectSubscriptions(operation$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'tells everyone of a failure',
    marbles(({ cold, expectObservable }) => {
      const once$ = cold('--#').pipe(runOnce());
      expectObservable(merge(of(0), timer(5)).pipe(switchMap(() => once$))).toBe('--#');
      expectObservable(once$, '-----^').toBe('-----#');
    }),
  );
});

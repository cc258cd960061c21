import { describe, it } from '@jest/globals';
import { NEVER } from 'rxjs';

import { chooseWay, type Pace } from '../../../../src/esp8285/links/adaptive/receivePolicy';
import { marbles } from '../../../../harness/time/marbles';

const paces: Record<string, Pace> = { b: 'behind', m: 'between', c: 'caught-up' };
const ways = { s: 'pushed', l: 'pulled', n: undefined } as const;

describe('chooseWay', () => {
  it(
    'wants to pull when a reader has been behind for 20 ms, not when it was so for a moment',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const pace$ = cold('c 9ms b 9ms m 29ms b 99ms |', paces);
      const way$ = cold('s', ways);
      expectObservable(chooseWay({ pace$, way$, data$: NEVER, scheduler }), '^ 150ms !').toBe('70ms l', ways);
      expectSubscriptions(pace$.subscriptions).toBe('^ 149ms !');
    }),
  );

  it(
    'wants to push when all have been caught up for 250 ms',
    marbles(({ cold, expectObservable }, scheduler) => {
      // Each subscription is told the current pace, and what follows.
      const pace$ = cold('b 9ms c 99ms m 9ms c', paces);
      const way$ = cold('s 1999ms l', ways);
      expectObservable(chooseWay({ pace$, way$, data$: NEVER, scheduler }), '^ 4s !').toBe('2370ms s', ways);
    }),
  );

  it(
    'waits twice as long each time that a reader has fallen behind again soon',
    marbles(({ cold, expectObservable }, scheduler) => {
      const way$ = cold('s 9999ms l 299ms s 99ms l 599ms s 99ms l', ways);
      const wanted$ = chooseWay({ pace$: cold('c', paces), way$, data$: NEVER, scheduler });
      expectObservable(wanted$, '^ 20s !').toBe('10250ms s 649ms s 1199ms s', ways);
    }),
  );

  it(
    'waits as at first again when data have been pushed for long',
    marbles(({ cold, expectObservable }, scheduler) => {
      const way$ = cold('s 9999ms l 299ms s 99ms l 599ms s 9999ms l', ways);
      const wanted$ = chooseWay({ pace$: cold('c', paces), way$, data$: NEVER, scheduler });
      expectObservable(wanted$, '^ 30s !').toBe('10250ms s 649ms s 10349ms s', ways);
    }),
  );

  it(
    'wants it again, after longer pauses, when data come and the way has not changed',
    marbles(({ hot, cold, expectObservable }, scheduler) => {
      const data$ = hot('100ms d 199ms d 9ms d 999ms d');
      const wanted$ = chooseWay({ pace$: cold('b', paces), way$: cold('s', ways), data$, scheduler });
      expectObservable(wanted$, '^ 2s !').toBe('20ms l 119ms l 239ms l 1089ms l', ways);
    }),
  );

  it(
    'wants nothing while the way cannot be changed',
    marbles(({ cold, expectObservable }, scheduler) => {
      const pace$ = cold('b 99ms c', paces);
      expectObservable(chooseWay({ pace$, way$: cold('n', ways), data$: NEVER, scheduler }), '^ 2s !').toBe('');
      expectObservable(chooseWay({ pace$, way$: cold('n 49ms s', ways), data$: NEVER, scheduler }), '^ 99ms !').toBe(
        '70ms l',
        ways,
      );
    }),
  );
});

import { describe, it } from '@jest/globals';
import { tap } from 'rxjs';

import { pollTogether } from '../../../../src/esp8285/links/polling/pollTogether';
import { marbles } from '../../../../harness/time/marbles';

const pauses = { firstPause: 2, longestPause: 8 };

describe('pollTogether', () => {
  it(
    'polls with growing pauses, up to the longest, while it is subscribed to',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('(a|)');
      expectObservable(pollTogether(poll$, { ...pauses, scheduler })(), '-------------------------!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe([
        '--(^!)',
        '------(^!)',
        '--------------(^!)',
        '----------------------(^!)',
      ]);
    }),
  );

  it(
    'counts a poll for all who have waited for half of their pause',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('|');
      const polling$ = pollTogether(poll$, { ...pauses, scheduler })();
      // The poll at 2 comes too early for the second one. The later ones serve both.
      expectObservable(polling$, '   ^------------------!').toBe('-');
      expectObservable(polling$, '   --^----------------!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe(['--(^!)', '----(^!)', '--------(^!)', '----------------(^!)']);
    }),
  );

  it(
    'begins anew for a subscriber that has become quiet again, and does not poll for one that is not quiet',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('|');
      const quiet$ = cold<number | undefined>('-----n--------q----------', { n: undefined, q: 14 });
      let since: number | undefined = 0;
      const polling = pollTogether(poll$, { ...pauses, scheduler });
      expectObservable(quiet$.pipe(tap((quiet) => (since = quiet)))).toBe('-----n--------q', { n: undefined, q: 14 });
      expectObservable(
        polling(() => since),
        '-^-----------------------!',
      ).toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe(['--(^!)', '----------------(^!)', '--------------------(^!)']);
    }),
  );

  it(
    'polls in time for a subscriber that becomes quiet anew in the middle of a long pause',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('|');
      const quiet$ = cold('----------------q');
      let since = 0;
      const polling = pollTogether(poll$, { ...pauses, scheduler });
      expectObservable(quiet$.pipe(tap(() => (since = scheduler.now())))).toBe('----------------q');
      expectObservable(
        polling(() => since),
        '^------------------!',
      ).toBe('-');
      // The next one would come at 22.
      expectSubscriptions(poll$.subscriptions).toBe([
        '--(^!)',
        '------(^!)',
        '--------------(^!)',
        '------------------(^!)',
      ]);
    }),
  );

  it(
    'does not count a poll for a subscriber that has not been quiet all the time',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('--|');
      const quiet$ = cold('---q');
      let since = 0;
      const polling = pollTogether(poll$, { ...pauses, scheduler });
      expectObservable(quiet$.pipe(tap(() => (since = scheduler.now())))).toBe('---q');
      expectObservable(
        polling(() => since),
        '--------!',
      ).toBe('-');
      // The second one comes two milliseconds after the change, and the change within the first one.
      expectSubscriptions(poll$.subscriptions).toBe(['--^-!', '-----^-!']);
    }),
  );

  it(
    'waits for the end of a poll, and counts the pause from there',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('---|');
      expectObservable(pollTogether(poll$, { ...pauses, scheduler })(), '------------------!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe(['--^--!', '---------^--!']);
    }),
  );

  it(
    'ends a poll with its last subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('---|');
      const polling$ = pollTogether(poll$, { ...pauses, scheduler })();
      expectObservable(polling$, '^--!').toBe('-');
      expectObservable(polling$, '-^--!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe('--^-!');
    }),
  );

  it(
    'fails with a poll',
    marbles(({ cold, expectObservable }, scheduler) => {
      const error = new Error('no answer');
      expectObservable(pollTogether(cold('-#', undefined, error), { ...pauses, scheduler })()).toBe(
        '---#',
        undefined,
        error,
      );
    }),
  );

  it(
    'never polls when the longest pause has no end',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('|');
      expectObservable(pollTogether(poll$, { firstPause: 2, longestPause: Infinity, scheduler })()).toBe('|');
      expectSubscriptions(poll$.subscriptions).toBe([]);
    }),
  );
});

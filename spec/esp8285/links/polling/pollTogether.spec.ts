import { describe, it } from '@jest/globals';

import { pollTogether } from '../../../../src/esp8285/links/polling/pollTogether';
import { marbles } from '../../../../harness/time/marbles';

const pauses = { firstPause: 2, longestPause: 8 };

describe('pollTogether', () => {
  it(
    'polls with growing pauses, up to the longest, while it is subscribed to',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('(a|)');
      expectObservable(pollTogether(poll$, { ...pauses, scheduler }), '-------------------------!').toBe('-');
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
      const polling$ = pollTogether(poll$, { ...pauses, scheduler });
      // The poll at 2 comes too early for the second one. The later ones serve both.
      expectObservable(polling$, '   ^------------------!').toBe('-');
      expectObservable(polling$, '   --^----------------!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe(['--(^!)', '----(^!)', '--------(^!)', '----------------(^!)']);
    }),
  );

  it(
    'waits for the end of a poll, and counts the pause from there',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('---|');
      expectObservable(pollTogether(poll$, { ...pauses, scheduler }), '------------------!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe(['--^--!', '---------^--!']);
    }),
  );

  it(
    'ends a poll with its last subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const poll$ = cold('---|');
      const polling$ = pollTogether(poll$, { ...pauses, scheduler });
      expectObservable(polling$, '^--!').toBe('-');
      expectObservable(polling$, '-^--!').toBe('-');
      expectSubscriptions(poll$.subscriptions).toBe('--^-!');
    }),
  );

  it(
    'fails with a poll',
    marbles(({ cold, expectObservable }, scheduler) => {
      const error = new Error('no answer');
      expectObservable(pollTogether(cold('-#', undefined, error), { ...pauses, scheduler })).toBe(
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
      expectObservable(pollTogether(poll$, { firstPause: 2, longestPause: Infinity, scheduler })).toBe('|');
      expectSubscriptions(poll$.subscriptions).toBe([]);
    }),
  );
});

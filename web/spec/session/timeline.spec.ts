import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert';
import { TestScheduler } from 'rxjs/testing';
import type { WatchEvent } from 'rx-usocket/watch';

import { Timeline } from '../../src/session/timeline';

const at = (time: number): WatchEvent[] => [{ type: 'virtual', time, kind: 'hint', text: '' }];

function run(body: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => assert.deepStrictEqual(actual, expected)).run(body);
}

describe('the timeline', () => {
  it('counts from the first event, and moves with each one', () => {
    run(({ hot, cold, expectObservable }) => {
      const batches$ = hot('-a-b-', { a: at(1000), b: at(1700) });
      const timeline = new Timeline(batches$, cold('0', { 0: 0 }));
      expectObservable(timeline.end$).toBe('a--b-', { a: 0, b: 700 });
    });
  });

  it('moves with the clock of the page while nothing happens, as fast as time passes for the source', () => {
    run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const batches$ = hot('   a---', { a: at(1000) });
      const speed$ = cold('    a 59ms b 59ms c', { a: 1, b: 2, c: 0 });
      const timeline = new Timeline(batches$, speed$);
      expectObservable(timeline.end$).toBe('    a 49ms b 59ms c', { a: 0, b: 50, c: 150 });
      expectSubscriptions(speed$.subscriptions).toBe('^');
    });
  });

  it('keeps its lead when an event comes a little late, and gives up a long one', () => {
    run(({ hot, expectObservable }) => {
      const batches$ = hot('a-b-c-d', { a: at(0), b: at(5000), c: at(4900), d: at(3000) });
      const timeline = new Timeline(batches$, hot(''));
      expectObservable(timeline.end$).toBe('a-b---c', { a: 0, b: 5000, c: 3000 });
    });
  });

  it('has no time before the first event', () => {
    run(({ hot, cold, expectObservable }) => {
      const timeline = new Timeline(hot(''), cold('a 199ms b', { a: 1, b: 0 }));
      expect(timeline.origin).toBeUndefined();
      expectObservable(timeline.end$).toBe('a', { a: 0 });
    });
  });
});

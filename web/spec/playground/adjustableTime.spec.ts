import { describe, expect, it } from '@jest/globals';
import { concatMap, interval, map, of, take, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import { marbles } from '../../../harness/time/marbles';
import { AdjustableTime } from '../../src/playground/time/adjustableTime';

/** An adjustable time whose real time is the virtual one of a spec. */
function timeOn(scheduler: TestScheduler): AdjustableTime {
  return new AdjustableTime({
    now: () => scheduler.now(),
    start(callback, delay) {
      const timed = scheduler.schedule(callback, delay);
      return () => timed.unsubscribe();
    },
  });
}

describe('an adjustable time', () => {
  it(
    'is the real time at first',
    marbles(({ expectObservable }, scheduler) => {
      const time = timeOn(scheduler);
      const values$ = interval(2, time).pipe(
        take(3),
        map((value) => `${value}`),
      );
      expectObservable(values$).toBe('--0-1-(2|)');
    }),
  );

  it(
    'changes its speed while something waits',
    marbles(({ cold, expectObservable }, scheduler) => {
      const time = timeOn(scheduler);
      const speeds = { a: 0.5, b: 10, c: 0 };
      cold('4ms a 3ms b 99ms c', speeds).subscribe((speed) => time.setSpeed(speed));
      // 4 ms at the speed 1, 4 ms at 0.5, and 94 ms at 10.
      expectObservable(timer(100, time)).toBe('17.4ms (a|)', { a: 0 });
      // 100 ms at 10 come to 1006 ms, where the time stops.
      expectObservable(timer(1005, time)).toBe('107.9ms (a|)', { a: 0 });
      expectObservable(timer(1007, time)).toBe('');
    }),
  );

  it(
    'stands still, and goes on by single steps',
    marbles(({ cold, expectObservable }, scheduler) => {
      const time = timeOn(scheduler);
      time.setSpeed(0);
      cold('5ms s 4ms s').subscribe(() => time.step());
      const values$ = of(30, 20, 20).pipe(concatMap((delay) => timer(delay, time).pipe(map(() => delay))));
      expectObservable(values$, '20ms !').toBe('5ms a 4ms b', { a: 30, b: 20 });
    }),
  );

  it(
    'runs as fast as possible, and its clock shows the times at which things were due',
    marbles(({ expectObservable }, scheduler) => {
      const time = timeOn(scheduler);
      const start = time.now();
      time.setSpeed(Infinity);
      const values$ = interval(1000, time).pipe(
        take(3),
        map(() => time.now() - start),
      );
      expectObservable(values$).toBe('(abc|)', { a: 1000, b: 2000, c: 3000 });
    }),
  );

  it(
    'does not make up for a long sleep',
    marbles((_, scheduler) => {
      let asleep = 0;
      const time = new AdjustableTime({
        now: () => scheduler.now() + asleep,
        start(callback, delay) {
          const timed = scheduler.schedule(callback, delay);
          return () => timed.unsubscribe();
        },
      });
      const seen: number[] = [];
      interval(10, time)
        .pipe(take(3))
        .subscribe(() => seen.push(scheduler.now()));
      asleep = 3_600_000;
      scheduler.flush();
      expect(seen).toEqual([10, 20, 30]);
    }),
  );
});

describe('promises in an adjustable time', () => {
  it('go on before the next action, and see the time of theirs', async () => {
    const tasks: (() => void)[] = [];
    const time = new AdjustableTime({
      now: () => 0,
      start(callback) {
        tasks.push(callback);
        return () => tasks.splice(tasks.indexOf(callback), 1);
      },
    });
    const said: string[] = [];
    const says = async (name: string): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) {
        await Promise.resolve();
        said.push(`${name}${turn} at ${time.now()}`);
      }
    };
    time.setSpeed(Infinity);
    time.start(() => void says('a'), 5);
    time.start(() => void says('b'), 7);
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      task();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
    expect(said).toEqual(['a0 at 5', 'a1 at 5', 'a2 at 5', 'b0 at 7', 'b1 at 7', 'b2 at 7']);
  });
});

import { beforeEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { type SchedulerAction, type SchedulerLike, VirtualTimeScheduler } from 'rxjs';

import { Countdown, SharedTimer } from '../../../src/esp8285/time/countdown';

describe('Countdown', () => {
  let clock: VirtualTimeScheduler;
  let times: number[];
  /** How many timers were made. */
  let timers: number;
  let countdown: Countdown;
  let counted: SchedulerLike;

  /** Does something at a time, and runs until nothing is left to do. */
  const run = (steps: Readonly<Record<number, () => void>>): void => {
    for (const [time, step] of Object.entries(steps)) clock.schedule(step, Number(time));
    clock.flush();
  };

  beforeEach(() => {
    clock = new VirtualTimeScheduler();
    times = [];
    timers = 0;
    counted = {
      now: () => clock.now(),
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) => {
        timers++;
        return clock.schedule(work, delay, state);
      },
    };
    countdown = new Countdown(new SharedTimer(counted), () => times.push(clock.now()));
  });

  it('calls back once, when the time has passed', () => {
    run({ 5: () => countdown.restart(10) });
    assert.deepStrictEqual(times, [15]);
  });

  it('counts from the last restart, and makes one timer more for any number of restarts', () => {
    run({
      0: () => countdown.restart(10),
      3: () => countdown.restart(10),
      4: () => countdown.restart(10),
      9: () => countdown.restart(10),
    });
    assert.deepStrictEqual(times, [19]);
    assert.equal(timers, 2);
  });

  it('may be restarted for a shorter time', () => {
    run({ 0: () => countdown.restart(100), 2: () => countdown.restart(5) });
    assert.deepStrictEqual(times, [7]);
  });

  it('may be restarted when it has called back', () => {
    countdown = new Countdown(new SharedTimer(clock), () => {
      if (times.push(clock.now()) < 3) countdown.restart(10);
    });
    run({ 0: () => countdown.restart(10) });
    assert.deepStrictEqual(times, [10, 20, 30]);
  });

  it('does not call back when it is stopped, until it is restarted', () => {
    run({ 0: () => countdown.restart(10), 5: () => countdown.stop(), 20: () => countdown.restart(10) });
    assert.deepStrictEqual(times, [30]);
  });

  it('shares its timer with other countdowns, of which each comes in its time', () => {
    const timer = new SharedTimer(counted);
    const [first, second, third] = [1, 2, 3].map((n) => new Countdown(timer, () => times.push(n, clock.now())));
    run({
      0: () => {
        first?.restart(10);
        second?.restart(10);
        third?.restart(30);
      },
      5: () => second?.restart(15),
      6: () => third?.stop(),
    });
    assert.deepStrictEqual(times, [1, 10, 2, 20]);
    assert.equal(timers, 2);
  });

  it('makes no timer when it is stopped and restarted while another one waits', () => {
    const timer = new SharedTimer(counted);
    const [patient, other] = [9, 13].map(() => new Countdown(timer, () => times.push(clock.now())));
    const again = (): void => {
      other?.stop();
      other?.restart(10);
    };
    run({ 0: () => patient?.restart(9), 1: again, 2: again, 3: again });
    assert.deepStrictEqual(times, [9, 13]);
    assert.equal(timers, 2);
  });

  it('may be stopped by another one that is due at the same time', () => {
    const timer = new SharedTimer(clock);
    const other = new Countdown(timer, () => times.push(clock.now()));
    const first = new Countdown(timer, () => other.stop());
    run({
      0: () => {
        first.restart(10);
        other.restart(10);
      },
    });
    assert.deepStrictEqual(times, []);
  });

  it('leaves no timer when it is stopped', () => {
    run({ 0: () => countdown.restart(10), 5: () => countdown.stop() });
    assert.deepStrictEqual(times, []);
    assert.equal(clock.now(), 5);
  });

  it('does not wait longer than its time when the clock of the machine is set back', () => {
    let back = 0;
    const machine: SchedulerLike = {
      now: () => clock.now() - back,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) =>
        clock.schedule(work, delay, state),
    };
    countdown = new Countdown(new SharedTimer(machine), () => times.push(clock.now()));
    run({ 0: () => countdown.restart(10), 5: () => (back = 1000) });
    assert.deepStrictEqual(times, [20]);
  });

  it('is not over before its time when the clock of the machine is set forward, or the machine sleeps', () => {
    let forward = 0;
    const machine: SchedulerLike = {
      now: () => clock.now() + forward,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) =>
        clock.schedule(work, delay, state),
    };
    const timer = new SharedTimer(machine);
    const [first, second] = [1, 2].map((n) => new Countdown(timer, () => times.push(n, clock.now())));
    run({
      0: () => {
        first?.restart(10);
        second?.restart(100);
      },
      5: () => (forward = 3_600_000),
    });
    assert.deepStrictEqual(times, [1, 10, 2, 100]);
  });
});

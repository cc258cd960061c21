import { beforeEach, describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { type SchedulerAction, type SchedulerLike, VirtualTimeScheduler } from 'rxjs';

import { Countdown } from '../../../src/esp8285/time/countdown';

describe('Countdown', () => {
  let clock: VirtualTimeScheduler;
  let times: number[];
  /** How many timers were made. */
  let timers: number;
  let countdown: Countdown;

  /** Does something at a time, and runs until nothing is left to do. */
  const run = (steps: Readonly<Record<number, () => void>>): void => {
    for (const [time, step] of Object.entries(steps)) clock.schedule(step, Number(time));
    clock.flush();
  };

  beforeEach(() => {
    clock = new VirtualTimeScheduler();
    times = [];
    timers = 0;
    const counted: SchedulerLike = {
      now: () => clock.now(),
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) => {
        timers++;
        return clock.schedule(work, delay, state);
      },
    };
    countdown = new Countdown(counted, () => times.push(clock.now()));
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
    countdown = new Countdown(clock, () => {
      if (times.push(clock.now()) < 3) countdown.restart(10);
    });
    run({ 0: () => countdown.restart(10) });
    assert.deepStrictEqual(times, [10, 20, 30]);
  });

  it('does not call back when it is stopped, until it is restarted', () => {
    run({ 0: () => countdown.restart(10), 5: () => countdown.stop(), 20: () => countdown.restart(10) });
    assert.deepStrictEqual(times, [30]);
  });

  it('does not wait longer than its time when the clock of the machine is set back', () => {
    let back = 0;
    const machine: SchedulerLike = {
      now: () => clock.now() - back,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) =>
        clock.schedule(work, delay, state),
    };
    countdown = new Countdown(machine, () => times.push(clock.now()));
    run({ 0: () => countdown.restart(10), 5: () => (back = 1000) });
    assert.deepStrictEqual(times, [20]);
  });
});

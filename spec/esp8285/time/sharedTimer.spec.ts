import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { type SchedulerLike, type Subscription, VirtualTimeScheduler } from 'rxjs';

import { Countdown, SharedTimer } from '../../../src/esp8285/time/countdown';

type Counting = Pick<Countdown, 'restart' | 'stop'>;
type Make = (over: () => void) => Counting;

/** The countdown with this number begins to count, or is stopped if `length` is `undefined`. */
interface Step {
  readonly which: number;
  readonly length: number | undefined;
}

/** Countdowns that share a timer. */
function shared(clock: SchedulerLike): Make {
  const timer = new SharedTimer(clock);
  return (over) => new Countdown(timer, over);
}

/** Countdowns with timers of their own, of which a restart makes another one. */
function separate(clock: SchedulerLike): Make {
  return (over) => {
    let timer: Subscription | undefined;
    const stop = (): void => timer?.unsubscribe();
    const restart = (milliseconds: number): void => {
      stop();
      timer = clock.schedule(over, milliseconds);
    };
    return { restart, stop };
  };
}

/** How many countdowns there are. */
const count = 4;

/**
 * Takes steps at times, and some more in each callback. Returns when which countdown has called back, and when nothing was
 * left to do.
 */
function play(
  countdownsOn: (clock: SchedulerLike) => Make,
  steps: readonly (readonly [number, Step])[],
  reactions: readonly (readonly Step[])[],
) {
  const clock = new VirtualTimeScheduler();
  const make = countdownsOn(clock);
  const calls: (readonly [number, number])[] = [];
  const take = ({ which, length }: Step): void => {
    // No two of them are due at the same time, because their order would not matter then.
    const apart = (which - (clock.now() % (count + 1)) + count + 1) % (count + 1);
    if (length === undefined) countdowns[which]?.stop();
    else countdowns[which]?.restart(length * (count + 1) + apart + 1);
  };
  const countdowns = Array.from({ length: count }, (_, which) =>
    make(() => reactions[calls.push([clock.now(), which]) - 1]?.forEach(take)),
  );
  for (const [at, step] of steps) clock.schedule(() => take(step), at * (count + 1));
  clock.flush();
  return { calls, end: clock.now() };
}

describe('SharedTimer', () => {
  it('makes of countdowns what timers of their own would make of them, and leaves no timer', () => {
    const step = fc.record({
      which: fc.nat({ max: count - 1 }),
      length: fc.option(fc.nat({ max: 10 }), { nil: undefined, freq: 2 }),
    });
    const steps = fc.array(fc.tuple(fc.nat({ max: 20 }), step), { minLength: 1, maxLength: 15 });
    const reactions = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 10 });
    fc.assert(
      fc.property(steps, reactions, (taken, inCallbacks) => {
        assert.deepStrictEqual(play(shared, taken, inCallbacks), play(separate, taken, inCallbacks));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves no timer when the last countdown is stopped by another one that is due', () => {
    const clock = new VirtualTimeScheduler();
    const timer = new SharedTimer(clock);
    const patient = new Countdown(timer, () => assert.fail('it was stopped'));
    const due = new Countdown(timer, () => patient.stop());
    patient.restart(1000);
    due.restart(10);
    clock.flush();
    assert.equal(clock.now(), 10);
  });
});

import { describe, expect, it } from '@jest/globals';
import { timer, VirtualTimeScheduler } from 'rxjs';

import { LineClock } from '../../../src/esp8285/flow/lineClock';

/** When a timer of 100 ms fires that was set at 10, with the clock stopped and started at these times. */
function firesAt(...switches: readonly number[]): number | undefined {
  const scheduler = new VirtualTimeScheduler();
  const clock = new LineClock(scheduler);
  let fired: number | undefined;
  switches.forEach((at, index) => scheduler.schedule(() => (index % 2 === 0 ? clock.stop() : clock.go()), at));
  scheduler.schedule(() => timer(100, clock).subscribe(() => (fired = scheduler.now())), 10);
  scheduler.flush();
  return fired;
}

describe('the clock of a line', () => {
  it.each([
    ['is the scheduler’s while it goes', [], 110],
    ['puts off by as long as it stood', [20, 50], 140],
    ['puts off what came due while it stood', [20, 1_000], 1_090],
    ['adds up', [20, 30, 40, 50, 115, 125, 126, 136], 150],
    ['counts from when it was asked for, while it stands', [0, 50], 150],
    ['does nothing while it stands', [20], undefined],
  ] as const)('%s', (_, switches, expected) => {
    expect(firesAt(...switches)).toBe(expected);
  });
});

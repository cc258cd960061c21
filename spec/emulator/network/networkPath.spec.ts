import { expect, it, jest } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { NetworkPath } from '../../../src/emulator/network/networkPath';

it('sets no timer of a negative time for a packet that comes to be due meanwhile', () => {
  const scheduler = new VirtualTimeScheduler();
  // Time passes between two looks at the clock.
  let passed = 0;
  jest.spyOn(scheduler, 'now').mockImplementation(() => scheduler.frame + passed++ * 0.6);
  const schedule = jest.spyOn(scheduler, 'schedule');
  const path = new NetworkPath(scheduler, 1);
  let arrived = 0;
  path.push(() => arrived++);
  expect(schedule.mock.calls.map(([, delay]) => delay)).toEqual([0]);
  scheduler.flush();
  expect(arrived).toBe(1);
});

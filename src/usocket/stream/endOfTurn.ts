import { asapScheduler, asyncScheduler, type SchedulerLike } from 'rxjs';

/**
 * Returns the scheduler of what is to be done at the end of this turn of the event loop, before anything else happens in
 * the world. `undefined` in virtual time, which has no turns: it is to be done at once there.
 */
export function endOfTurn(scheduler: SchedulerLike): SchedulerLike | undefined {
  return scheduler === asyncScheduler ? asapScheduler : undefined;
}

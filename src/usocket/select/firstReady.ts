import { EMPTY, filter, type MonoTypeOperatorFunction, type SchedulerLike, take, timeout } from 'rxjs';

import { longestDelay } from '../../streams/internal';

/**
 * Takes the first state in which anything is ready. Completes without a value when the time is up.
 *
 *     states$                        -0---1--2--
 *     firstReady(8, Boolean, …)      -----(1|)
 *     firstReady(3, Boolean, …)      ---|
 *     firstReady(0, Boolean, …)      -(0|)
 *
 * @param milliseconds With 0 it takes the first state, ready or not. A negative number waits for ever, and so does one
 *   that is longer than a timer keeps (24 days).
 */
export function firstReady<T>(
  milliseconds: number,
  isReady: (state: T) => boolean,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  return (states$) => {
    if (milliseconds === 0) return states$.pipe(take(1));
    const ready$ = states$.pipe(filter(isReady), take(1));
    if (milliseconds < 0 || milliseconds > longestDelay) return ready$;
    return ready$.pipe(timeout({ first: milliseconds, scheduler, with: () => EMPTY }));
  };
}

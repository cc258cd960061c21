import { asyncScheduler, identity, type MonoTypeOperatorFunction, type SchedulerLike, throwError, timeout } from 'rxjs';

import { yieldToInput } from './yieldToInput';

/** How an operation with a {@link deadline} fails, and what measures its time. */
export interface DeadlineOptions {
  /** Makes the error of an operation that took too long. Called once for each such operation. */
  readonly expired: () => Error;
  /** Measures the time. Default: `asyncScheduler`, the real time. */
  readonly scheduler?: SchedulerLike;
}

/** The longest delay of a timer, in milliseconds: about 24.8 days. Timers of Node.js fire at once when it is exceeded. */
export const longestDelay = 2 ** 31 - 1;

/**
 * Fails an operation that has emitted nothing in time, and unsubscribes it; a read has taken nothing then. Values after
 * the first one may take any time.
 *
 *     operation$      ---------a|
 *     deadline(5)     -----#
 *
 * Input that has arrived before the deadline is delivered, even if the program was busy until after it: a deadline that
 * is noticed more than 100 ms late waits for another 100 ms, in which input is read.
 *
 * @param milliseconds Time from the subscription. `null` means no deadline, and so does more than 2^31 - 1 (24.8 days).
 */
export function deadline<T>(
  milliseconds: number | null,
  { expired, scheduler = asyncScheduler }: DeadlineOptions,
): MonoTypeOperatorFunction<T> {
  if (milliseconds === null || milliseconds > longestDelay) return identity;
  return timeout({ first: milliseconds, scheduler: yieldToInput(scheduler), with: () => throwError(expired) });
}

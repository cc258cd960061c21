import { asyncScheduler, identity, type MonoTypeOperatorFunction, type SchedulerLike, throwError, timeout } from 'rxjs';

import { yieldToInput } from './yieldToInput';

export interface DeadlineOptions {
  /** Makes the error of an operation that took too long. */
  readonly expired: () => Error;
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}

/** Longest time that a timer keeps, in milliseconds; one that is longer fires at once. */
export const longestDelay = 2 ** 31 - 1;

/**
 * Ends an operation that has not emitted in time: it is unsubscribed, so that a read has taken nothing. What has come in
 * time counts before what is due, also when the program has stood still meanwhile.
 *
 *     operation$      ---------a|
 *     deadline(5)     -----#
 *
 * @param milliseconds Time from the subscription; `null`, or more than a timer keeps (24 days), waits for ever.
 */
export function deadline<T>(
  milliseconds: number | null,
  { expired, scheduler = asyncScheduler }: DeadlineOptions,
): MonoTypeOperatorFunction<T> {
  if (milliseconds === null || milliseconds > longestDelay) return identity;
  return timeout({ first: milliseconds, scheduler: yieldToInput(scheduler), with: () => throwError(expired) });
}

import { type MonoTypeOperatorFunction, ReplaySubject, share } from 'rxjs';

/**
 * Runs an operation at most once. It starts with the first subscriber and runs to its end, even when all subscribers
 * have gone. Later subscribers share that run, or get its last value and its end. It is for operations such as closing.
 *
 *     operation$    --a--|            (subscribed to once)
 *     first         --a--|
 *     later         -------(a|)
 *
 * Unlike `shareReplay(1)`, it does not start again after an error: later subscribers get the same error.
 */
export function runOnce<T>(): MonoTypeOperatorFunction<T> {
  return share({
    connector: () => new ReplaySubject<T>(1),
    resetOnComplete: false,
    resetOnError: false,
    resetOnRefCountZero: false,
  });
}

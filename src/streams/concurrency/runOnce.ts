import { type MonoTypeOperatorFunction, ReplaySubject, share } from 'rxjs';

/**
 * Lets an operation begin with its first subscriber and run to its end, even if nobody waits for it any more; every
 * later subscriber shares that one run, or its last value and its end. For closing, which must not be done twice or half.
 */
export function runOnce<T>(): MonoTypeOperatorFunction<T> {
  return share({
    connector: () => new ReplaySubject<T>(1),
    resetOnComplete: false,
    resetOnError: false,
    resetOnRefCountZero: false,
  });
}

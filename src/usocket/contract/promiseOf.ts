import {
  firstValueFrom,
  fromEvent,
  map,
  type MonoTypeOperatorFunction,
  Observable,
  share,
  takeUntil,
  throwError,
} from 'rxjs';

import { type CallSite, callSite, hideOperators, stackAt } from './callerStack';
import { OSError } from './osError';

/** The options that each method with a promise takes as its last argument, or as a part of it. */
export interface Abortable {
  /**
   * Aborts the call: the promise rejects with the `reason` of the signal. A call with a signal that is aborted already does
   * not begin. An aborted read has taken nothing, and an aborted send has sent what the interface had taken by then.
   *
   *     await sock.recv(100, { signal: AbortSignal.timeout(2000) });
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns the first value of an operation as a promise. Every promise of the sockets and interfaces is made here, so that
 * each can be aborted, and rejects with its own error, which shows the line of the program that has made the call.
 */
export function promiseOf<T>(operation$: Observable<T>, options?: Abortable | null): Promise<T> {
  const signal = options?.signal;
  const call: { isPending: boolean; site?: CallSite } = { isPending: true };
  const ended$ = new Observable<T>((caller) =>
    (signal === undefined || isSignal(signal) ? operation$ : throwError(noSignal)).subscribe({
      next(value) {
        call.isPending = false;
        caller.next(value);
      },
      error(error: unknown) {
        call.isPending = false;
        caller.error(asSeenFrom(call.site ?? callSite(promiseOf), error));
      },
      complete() {
        caller.complete();
      },
    }),
  );
  const promise = firstValueFrom(isSignal(signal) ? ended$.pipe(untilAborted(signal)) : ended$);
  // An operation that has ended at once, as most reads do, does not need it.
  if (call.isPending) call.site = callSite(promiseOf);
  return promise;
}

/**
 * Separates the arguments that may be left out from the options after the last of them.
 *
 *     // of listen(5, { signal }) and of listen({ signal })
 *     const [[backlog], options] = partOptions<number, Abortable>([first, second]);
 */
export function partOptions<T, O extends object>(
  given: readonly (T | O | undefined)[],
): readonly [values: readonly (T | undefined)[], options: O | undefined] {
  const at = given.findIndex(isOptions);
  if (at < 0) return [given as readonly (T | undefined)[], undefined];
  return [given.slice(0, at) as readonly (T | undefined)[], given[at] as O];
}

/** Returns a hint to append to an error where a promise was given instead of its value; empty for anything else. */
export function ifPromise(given: unknown): string {
  const isPromise = typeof given === 'object' && given !== null && 'then' in given;
  return isPromise ? '; a promise was given: is an "await" missing?' : '';
}

/** An iterator that makes one read for each step, and is done when a read gives an empty buffer. */
export function iteratorOf(read: () => Observable<Buffer>): AsyncIterator<Buffer, undefined> {
  return {
    next: () =>
      promiseOf(read().pipe(map((value) => (value.length > 0 ? { value } : { done: true, value: undefined })))),
  };
}

function isOptions(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !ArrayBuffer.isView(given);
}

/**
 * The listener that all calls with one signal share, because Node.js warns of a leak from the eleventh listener on. This
 * is a cache, not state: the entry of a signal goes with the signal, and without the cache only the warning would differ.
 */
const abortsBySignal = new WeakMap<AbortSignal, Observable<never>>();

function untilAborted<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  if (signal.aborted) return () => throwError(() => signal.reason as unknown);
  return takeUntil(abortOf(signal));
}

function abortOf(signal: AbortSignal): Observable<never> {
  const known$ = abortsBySignal.get(signal);
  if (known$) return known$;
  const abort$ = fromEvent(signal, 'abort').pipe(
    map(() => {
      throw signal.reason;
    }),
    share(),
  );
  abortsBySignal.set(signal, abort$);
  return abort$;
}

function isSignal(signal: unknown): signal is AbortSignal {
  return typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal;
}

function noSignal(): OSError {
  return new OSError('EINVAL', 'signal', 'signal: an AbortSignal is wanted, as in { signal: controller.signal }');
}

/** Copies an error, because more than one caller may get it. Any error but an `OSError` stays as it is. Its causes are shared. */
function asSeenFrom(site: CallSite, error: unknown): unknown {
  if (!(error instanceof OSError)) return error;
  const { code, syscall, message } = error;
  const cause = 'cause' in error ? { cause: error.cause } : undefined;
  const seen = Object.assign(new OSError(code, syscall, message, cause), error);
  seen.stack = stackAt(site, seen);
  return hideOperators(seen);
}

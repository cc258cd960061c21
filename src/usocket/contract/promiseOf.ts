import {
  catchError,
  finalize,
  firstValueFrom,
  fromEvent,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  share,
  takeUntil,
  throwError,
} from 'rxjs';

import { OSError } from './osError';

/** What every call that returns a promise takes as its last argument, or as a part of it. */
export interface Abortable {
  /**
   * Gives the call up: the promise rejects with the signal's `reason`. What is aborted already begins nothing. A read
   * that is given up has taken nothing, and a send has sent what the interface had taken by then.
   *
   *     await sock.recv(100, { signal: AbortSignal.timeout(2000) });
   */
  readonly signal?: AbortSignal | undefined;
}

/** Where a call stands in the program: `stack` is written out only when it is asked for. */
interface CallSite {
  stack?: unknown;
}

/**
 * The promise of an operation: its first value. The one place where promises are made, so that each can be aborted, and
 * fails with an error of its own that shows the line of the program that has made the call.
 */
export function promiseOf<T>(operation$: Observable<T>, options?: Abortable | null): Promise<T> {
  const signal = options?.signal;
  const call: { isPending: boolean; site?: CallSite } = { isPending: true };
  const ended$ = (signal === undefined || isSignal(signal) ? operation$ : throwError(noSignal)).pipe(
    catchError((error: unknown) => throwError(() => asSeenFrom(call.site ?? callSite(), error))),
    finalize(() => (call.isPending = false)),
  );
  const promise = firstValueFrom(isSignal(signal) ? ended$.pipe(untilAborted(signal)) : ended$);
  // What has ended at once, as most reads of what is there do, does without.
  if (call.isPending) call.site = callSite();
  return promise;
}

/**
 * Parts arguments that may be left out from the options that follow behind the last one given.
 *
 *     const [[backlog], how] = partOptions<number, Abortable>([first, second]); // of listen(5, { signal }), listen({ signal })
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
 * One listener for each signal, however many calls have it: Node.js warns of a leak from the eleventh on. The key is the
 * program's own object, so nothing outlives it.
 */
const aborts$ = new WeakMap<AbortSignal, Observable<never>>();

function untilAborted<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  if (signal.aborted) return () => throwError(() => signal.reason as unknown);
  return takeUntil(abortOf(signal));
}

function abortOf(signal: AbortSignal): Observable<never> {
  const known$ = aborts$.get(signal);
  if (known$) return known$;
  const abort$ = fromEvent(signal, 'abort').pipe(
    map(() => {
      throw signal.reason;
    }),
    share(),
  );
  aborts$.set(signal, abort$);
  return abort$;
}

function isSignal(signal: unknown): signal is AbortSignal {
  return typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal;
}

function noSignal(): OSError {
  return new OSError('EINVAL', 'signal', 'signal: an AbortSignal is wanted, as in { signal: controller.signal }');
}

function callSite(): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site, promiseOf);
  return site;
}

/** An error may be told to several callers, so each gets one of its own. What is no error of ours stays as it is. */
function asSeenFrom(site: CallSite, error: unknown): unknown {
  if (!(error instanceof OSError)) return error;
  const { code, syscall, message } = error;
  const cause = 'cause' in error ? { cause: error.cause } : undefined;
  const seen = Object.assign(new OSError(code, syscall, message, cause), error);
  seen.stack = [String(seen), ...framesOf(site)].join('\n');
  return seen;
}

/** The lines of the program, first its call: above that are the headline, and the method that has called `promiseOf`. */
function framesOf({ stack }: CallSite): readonly string[] {
  return typeof stack === 'string' ? stack.split('\n').slice(2) : [];
}

import type { Observable } from 'rxjs';

/**
 * What could be done with a stream now, without waiting. It is level-triggered, as in `poll`: a state stays true until
 * it has changed, whether or not a program has acted on it.
 */
export interface Readiness {
  /** A read would return at once, with bytes, with the end of the stream, or with an error. */
  readonly readable: boolean;
  /** A write would take at least one byte at once. */
  readonly writable: boolean;
  /** The other side has closed the stream. */
  readonly hangup: boolean;
  /** The stream has failed. */
  readonly error: boolean;
  /** The socket has no peer yet, as before `connect`. `uselect` then reports what BSD reports. Default: `false`. */
  readonly unconnected?: boolean;
  /** This side has closed the stream. Default: `false`. */
  readonly closed?: boolean;
}

/** A stream that `uselect` can wait for: a socket, the file of a socket, or a serial line. */
export interface Pollable {
  /** What could be done now; replays the current state to a late subscriber, and emits at every change. */
  readonly readiness$: Observable<Readiness>;
}

/**
 * Whether two states are equal.
 *
 *     readiness$.pipe(distinctUntilChanged(sameReadiness))
 */
export function sameReadiness(one: Readiness, other: Readiness): boolean {
  return (
    one.readable === other.readable &&
    one.writable === other.writable &&
    one.hangup === other.hangup &&
    one.error === other.error &&
    one.unconnected === other.unconnected &&
    one.closed === other.closed
  );
}

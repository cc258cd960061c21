import type { Observable } from 'rxjs';

/** What could be done with a stream right now, without waiting: the level-triggered state that `uselect` reports. */
export interface Readiness {
  /** A read would return at once, with bytes, EOF or an error. */
  readonly readable: boolean;
  /** A write would take at least one byte at once. */
  readonly writable: boolean;
  /** The other side has gone. */
  readonly hangup: boolean;
  /** The stream has failed. */
  readonly error: boolean;
  /** There is nobody to speak to yet: a socket before `connect`. `uselect` reports it as BSD does. */
  readonly unconnected?: boolean;
  /** The program has closed it. */
  readonly closed?: boolean;
}

/** Anything that `uselect` can wait for. */
export interface Pollable {
  /** Replays the current state to a late subscriber. */
  readonly readiness$: Observable<Readiness>;
}

/** Whether two states say the same, for `distinctUntilChanged`. */
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

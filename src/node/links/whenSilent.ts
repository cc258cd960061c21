import { defer, filter, type Observable, repeat, type SchedulerLike, take, timer } from 'rxjs';

/** How long a half-closed connection may be silent before it is given up. */
export interface HalfCloseOptions {
  /** In milliseconds. */
  readonly longest: number;
  /** When bytes have last come, in milliseconds of the scheduler. */
  readonly lastHeard: () => number;
  readonly scheduler: SchedulerLike;
}

/**
 * Cold. Emits once and completes when nothing has come for that long.
 *
 *     heard     --x---x------------------
 *     longest   ------(4 s)--
 *     emits     ------------(x|)
 */
export function whenSilent({ longest, lastHeard, scheduler }: HalfCloseOptions): Observable<unknown> {
  const left = () => lastHeard() + longest - scheduler.now();
  return defer(() => timer(Math.max(0, left()), scheduler)).pipe(
    repeat(),
    filter(() => left() <= 0),
    take(1),
  );
}

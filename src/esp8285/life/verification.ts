import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  interval,
  type Observable,
  type SchedulerLike,
  takeUntil,
  timer,
} from 'rxjs';

import type { Frame } from '../grammar/frame';
import { isEcho } from '../grammar/lineFrame';
import type { ModemParts } from './modemParts';

/** A modem that prints boot text has this many milliseconds to say `ready`. After that it is asked. */
const bootTime = 3_000;

/** Whether a frame that makes sense may come from a modem that has started again. */
export function raisesDoubt(frame: Frame): boolean {
  return frame.kind === 'unknown' ? frame.isDoubtful === true : frame.kind === 'line' && isEcho(frame.text);
}

/**
 * Asks a modem whether it has started again, after each frame that raises that question while it is up, because the noise
 * of a start may hide its `ready`. Such frames are an echo, something that is not a line, a line that may come from a
 * start, and a block that is cut off.
 */
export function verifying(
  { wire, executor, links, state }: ModemParts,
  suspicions$: Observable<Frame>,
  scheduler: SchedulerLike,
): Observable<never> {
  return suspicions$.pipe(
    // One question at a time, because endless noise must not postpone it for ever.
    exhaustMap(({ kind }) =>
      // At another speed than its own, its `ready` cannot be read.
      timer(wire.speed.isRaised || ['damage', 'unknown', 'line'].includes(kind) ? 0 : bootTime, scheduler).pipe(
        takeUntil(state.status$.pipe(filter(({ modem }) => modem !== 'up'))),
      ),
    ),
    concatMap(() => concat(executor.verify(), links.confirmDoubts()).pipe(catchError(() => EMPTY))),
  );
}

/** Asks a modem that is up and silent whether it is still there, because a line may be lost silently. */
export function watching(
  { executor, redialer, state }: ModemParts,
  longestSilence: number,
  scheduler: SchedulerLike,
): Observable<never> {
  return defer(() => {
    // Only a line that is opened again is watched, and only after the first set-up.
    if (longestSilence === Infinity || !redialer.isKept) return EMPTY;
    return interval(longestSilence, scheduler);
  }).pipe(
    filter(() => state.modem === 'up' && redialer.quiet >= longestSilence),
    exhaustMap(() => {
      executor.doubt();
      return executor.verify().pipe(catchError(() => EMPTY));
    }),
  );
}

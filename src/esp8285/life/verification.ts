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
  tap,
  timer,
} from 'rxjs';

import type { Frame } from '../grammar/frame';
import { isEcho } from '../grammar/lineFrame';
import type { ModemParts } from './modemParts';

/** Milliseconds in which a modem that prints boot text is expected to say `ready`; then it is asked. */
const bootTime = 3_000;

/** Whether a frame that makes sense may be of a modem that is not as it was left. */
export function raisesDoubt(frame: Frame): boolean {
  return frame.kind === 'unknown' ? frame.isDoubtful === true : frame.kind === 'line' && isEcho(frame.text);
}

/**
 * Asks a modem that is up whether it is as it was left, after each frame that raises that question: `ready` may drown in the
 * noise of a start. Such frames are an echo, a line that is none or may be of a start, and a block that is cut off.
 */
export function verifying(
  { executor, links, state }: ModemParts,
  suspicions$: Observable<Frame>,
  scheduler: SchedulerLike,
): Observable<never> {
  return suspicions$.pipe(
    filter(() => state.modem === 'up'),
    tap(() => {
      executor.doubt();
    }),
    // One doubt is enough: noise without end must not put the question off for ever.
    exhaustMap(({ kind }) =>
      timer(['damage', 'unknown', 'line'].includes(kind) ? 0 : bootTime, scheduler).pipe(
        takeUntil(state.status$.pipe(filter(({ modem }) => modem !== 'up'))),
      ),
    ),
    concatMap(() => concat(executor.verify(), links.confirmDoubts()).pipe(catchError(() => EMPTY))),
  );
}

/** Asks a modem that is up and silent whether it is there: a line may be lost without a word. */
export function watching(
  { executor, redialer, state }: ModemParts,
  longestSilence: number,
  scheduler: SchedulerLike,
): Observable<never> {
  return defer(() => {
    // Only once the modem is set up: before, the line is not kept.
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

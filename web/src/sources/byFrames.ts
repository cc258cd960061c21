import { auditTime, buffer, connect, type OperatorFunction, type SchedulerLike } from 'rxjs';

/** Milliseconds: two frames of a usual screen. */
const pause = 33;

/**
 * Gathers values until the screen can show them. It has no timer while nothing comes, and goes on in a hidden tab, where
 * browsers draw no frames.
 */
export function byFrames<T>(scheduler?: SchedulerLike): OperatorFunction<T, readonly T[]> {
  return connect((values$) => values$.pipe(buffer(values$.pipe(auditTime(pause, scheduler)))));
}

import {
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  Observable,
  repeat,
  type SchedulerLike,
  share,
  startWith,
  Subject,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';

export interface PollTogetherOptions {
  /** Milliseconds before the first poll for a subscriber. Each later pause is twice as long as the one before. */
  readonly firstPause: number;
  /** The most milliseconds between two polls; `Infinity` for no polls. */
  readonly longestPause: number;
  readonly scheduler: SchedulerLike;
}

/** How long a subscriber waits for its next poll, and since when. */
interface Pause {
  length: number;
  since: number;
}

/**
 * Polls while there are subscribers, with growing pauses for each of them. A poll tells about everything, so it also
 * counts for those who have waited for half of their pause or longer. So many subscribers cost hardly more than one.
 *
 *     subscribers  a-----------b-------
 *     polls        --p---p---------p---        (at the last one, b has waited for longer than half of its pause)
 *
 * Emits nothing. An error of a poll goes to all subscribers.
 */
export function pollTogether(
  poll$: Observable<unknown>,
  { firstPause, longestPause, scheduler }: PollTogetherOptions,
): Observable<never> {
  if (longestPause === Infinity) return EMPTY;
  const pauses = new Set<Pause>();
  const joined = new Subject<void>();
  const untilDue = () => Math.min(...[...pauses].map(({ length, since }) => since + length)) - scheduler.now();
  const next$ = defer(() => joined.pipe(startWith(undefined))).pipe(
    switchMap(() => timer(Math.max(0, untilDue()), scheduler)),
    take(1),
    concatMap(() => {
      const served = [...pauses].filter(({ length, since }) => scheduler.now() - since >= length / 2);
      return poll$.pipe(
        tap({
          complete: () => {
            for (const pause of served) {
              pause.length = Math.min(2 * pause.length, longestPause);
              pause.since = scheduler.now();
            }
          },
        }),
      );
    }),
    ignoreElements(),
  );
  const polling$ = next$.pipe(repeat(), share());
  return new Observable<never>((subscriber) => {
    const pause = { length: Math.min(firstPause, longestPause), since: scheduler.now() };
    pauses.add(pause);
    joined.next();
    const waiting = polling$.subscribe(subscriber);
    return () => {
      pauses.delete(pause);
      waiting.unsubscribe();
    };
  });
}

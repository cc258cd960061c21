import { defer, EMPTY, identity, map, type Observable, repeat, type SchedulerLike, switchMap, take, timer } from 'rxjs';

import { switchOnChange } from '../../../streams';
import type { Way } from './receiveMode';

/**
 * How the readers of all links keep up.
 *
 * - `behind`: one of them has no room for what may be under way.
 * - `caught-up`: all of them have plenty of room.
 * - `between`: neither.
 */
export type Pace = 'behind' | 'between' | 'caught-up';

export interface PolicyOptions {
  /** Replays the current pace. */
  readonly pace$: Observable<Pace>;
  /** How data come; `undefined` while that cannot be changed. Replays the current way. */
  readonly way$: Observable<Way | undefined>;
  /** Emits when data come. */
  readonly data$: Observable<unknown>;
  readonly scheduler: SchedulerLike;
}

/** Milliseconds for which a reader may be behind, because a program does not read in each turn of the event loop. */
const patience = 20;
/** Milliseconds for which all readers have to be caught up: at first, and at most. */
const firstPause = 250;
const longestPause = 16_000;
/** If data have been pushed for this many times the last pause, the next pause is the first again. */
const steady = 8;

/**
 * Emits the other way when it is worth a switch: `'pulled'` as soon as a reader is behind, `'pushed'` when all have been
 * caught up for a while. This pause doubles each time a reader falls behind again soon, so that a reader near the limit
 * does not cause a switch for each block. If the way does not change, it is emitted again when data come.
 */
export function chooseWay({ pace$, way$, data$, scheduler }: PolicyOptions): Observable<Way> {
  return defer(() => {
    let pause = firstPause / 2;
    let pushedSince = scheduler.now();
    const to = (way: Way, needed: Pace, first: number) =>
      pace$.pipe(
        switchOnChange(identity, (pace) => (pace === needed ? tryAgain(way, first, data$, scheduler) : EMPTY)),
      );
    return way$.pipe(
      switchMap((way) => {
        const now = scheduler.now();
        switch (way) {
          case 'pushed':
            pushedSince = now;
            return to('pulled', 'behind', patience);
          case 'pulled':
            pause = now - pushedSince > steady * pause ? firstPause : Math.min(2 * pause, longestPause);
            return to('pushed', 'caught-up', pause);
          default:
            return EMPTY;
        }
      }),
    );
  });
}

/** Emits after a pause, and again after longer ones, as long as data come. */
function tryAgain(way: Way, first: number, data$: Observable<unknown>, scheduler: SchedulerLike): Observable<Way> {
  return defer(() => {
    let pause = first / 2;
    return defer(() => timer((pause = Math.min(2 * pause, longestPause)), scheduler)).pipe(
      map(() => way),
      repeat({ delay: () => data$.pipe(take(1)) }),
    );
  });
}

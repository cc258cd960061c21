import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  timer,
} from 'rxjs';

import { switchOnChange } from '../../streams';
import type { Status } from './status';

/** How a network that is lost is joined again: the first attempt, and further ones after growing pauses. */
export interface RejoinOptions {
  /** How many attempts follow the first one when that fails; `Infinity` for no end. Default: 5. */
  readonly count?: number;
  /** Milliseconds before the second attempt, twice as many before each further one, at most 60 000. Default: 1000. */
  readonly firstPause?: number;
}

/** Milliseconds. */
const longestPause = 60_000;
/** Milliseconds that the modem has to join by itself, because connections may survive a short loss. */
const ownReturn = 15_000;

/** Joins the last network again whenever it is lost. */
export class Rejoiner {
  /** An observable, so that no inspection shows the key. */
  private join$: Observable<unknown> | undefined;
  private isBack$: Observable<boolean> = of(false);

  constructor(
    private readonly rejoin: RejoinOptions | false,
    private readonly scheduler: SchedulerLike,
  ) {}

  /**
   * @param join$ Cold: joins the network.
   * @param isBack$ Cold: emits whether the modem is on a network after all.
   */
  keep(join$: Observable<unknown>, isBack$: Observable<boolean>): void {
    this.join$ = join$;
    this.isBack$ = isBack$;
  }

  forget(): void {
    this.join$ = undefined;
  }

  /**
   * Cold: joins the network again. It does so at once if the modem is off it now, as after a restart, and later when a
   * loss lasts.
   */
  rejoining(status$: Observable<Status>): Observable<never> {
    const isOff = ({ modem, wifi }: Status) => modem === 'up' && wifi !== 'up';
    return status$.pipe(
      switchOnChange(isOff, (isOffNow, index) => {
        if (!isOffNow || !this.join$ || this.rejoin === false) return EMPTY;
        const again$ = this.joinAgain(this.rejoin);
        return (index === 0 ? again$ : this.joinLater(again$)).pipe(ignoreElements());
      }),
    );
  }

  /** What the modem has said of its return may be lost, and joining a network would end the connections over it. */
  private joinLater(again$: Observable<unknown>): Observable<unknown> {
    return timer(ownReturn, this.scheduler).pipe(
      concatMap(() => this.isBack$),
      concatMap((isBack) => (isBack ? EMPTY : again$)),
    );
  }

  private joinAgain({ count = 5, firstPause = 1_000 }: RejoinOptions): Observable<unknown> {
    const pause = (times: number) => Math.min(firstPause * 2 ** (times - 1), longestPause);
    return defer(() => this.join$ ?? EMPTY).pipe(
      retry({ count, delay: (_error, times) => timer(pause(times), this.scheduler) }),
      catchError(() => EMPTY),
    );
  }
}

import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  ignoreElements,
  map,
  type Observable,
  retry,
  type SchedulerLike,
  switchMap,
  timer,
} from 'rxjs';

import type { Status } from './status';

/** How a network that is lost is joined again. */
export interface RejoinOptions {
  /** Attempts that follow one that has failed; `Infinity` for ever. Default: 5. */
  readonly count?: number;
  /** Milliseconds before the first of these; twice as many before each further one, a minute at most. Default: 1000. */
  readonly firstPause?: number;
}

/** Milliseconds. */
const longestPause = 60_000;
/** Milliseconds that the modem has to find back by itself, for connections may outlive a short loss. */
const ownReturn = 15_000;

/** The network that was joined, and is to be joined again whenever it is lost. */
export class Rejoiner {
  /** An Observable, so that the key shows in no inspection. */
  private join$: Observable<unknown> | undefined;

  constructor(
    private readonly rejoin: RejoinOptions | false,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** @param join$ Cold: joins it. */
  keep(join$: Observable<unknown>): void {
    this.join$ = join$;
  }

  forget(): void {
    this.join$ = undefined;
  }

  /** Cold: joins it again, at once if it is off the network now, as after a restart, and from then on when it stays lost. */
  rejoining(status$: Observable<Status>): Observable<never> {
    return status$.pipe(
      map(({ modem, wifi }) => modem === 'up' && wifi !== 'up'),
      distinctUntilChanged(),
      switchMap((isOff, index) => {
        if (!isOff || !this.join$ || this.rejoin === false) return EMPTY;
        return concat(index === 0 ? EMPTY : timer(ownReturn, this.scheduler), this.joinAgain(this.rejoin));
      }),
      ignoreElements(),
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

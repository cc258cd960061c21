import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  race,
  retry,
  type SchedulerLike,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { Uart } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import { asOSError } from '../executor/asOSError';

/** How a line that is lost is opened again. */
export interface RedialOptions {
  /** Milliseconds before the first attempt; twice as many before each further one. Default: 1000. */
  readonly firstPause?: number;
  /** Milliseconds before an attempt, at most. Default: 30 000. */
  readonly longestPause?: number;
}

export interface RedialerContext {
  readonly redial: RedialOptions | false;
  readonly scheduler: SchedulerLike;
  /** Whether a modem has ever been set up on the line: else it is the program's to try again. */
  readonly isKnown: () => boolean;
  /** The line is lost. It is opened again after so many milliseconds; without them only when that is wished for. */
  readonly lost: (error: OSError, pause: number | undefined) => void;
  /** It is open again, and listened to. */
  readonly opened: (error: OSError) => void;
}

/** Milliseconds without a byte after which a modem that does not answer may be a line that is gone without a word. */
const silence = 5_000;

/**
 * Opens the line to the modem again when it is lost: an adapter that is unplugged, a server that starts again, a network
 * that takes a connection away without a word.
 */
export class Redialer {
  /** Why there is no line now. */
  private loss: OSError | undefined;
  /** Since a modem answered last. */
  private attempts = 0;
  private heardAt: number;
  private readonly wishes = new Subject<void>();
  private readonly givenUp = new Subject<OSError>();

  constructor(
    private readonly uart: Uart,
    private readonly options: RedialerContext,
  ) {
    this.heardAt = options.scheduler.now();
  }

  /** Whether there is no line now. */
  get isLost(): boolean {
    return this.loss !== undefined;
  }

  /** Whether a line that is lost is opened again by itself. */
  get isKept(): boolean {
    return this.uart.reopen !== undefined && this.options.redial !== false && this.options.isKnown();
  }

  /** Milliseconds since the last byte came. */
  get quiet(): number {
    return this.options.scheduler.now() - this.heardAt;
  }

  /**
   * Makes one stream of what comes over the line each time that it is open. Errors when it is lost for good.
   *
   *     rx$   --[a]--#      --[b]--
   *     out$  --[a]---------[b]--
   *
   * @param over What is made of the bytes; each time anew, for what was begun has no end.
   */
  keep<T>(over: (rx$: Observable<Uint8Array>) => Observable<T>): Observable<T> {
    const rx$ = defer(() => this.uart.rx$).pipe(
      tap(() => {
        this.heardAt = this.options.scheduler.now();
      }),
    );
    const givenUp$ = this.givenUp.pipe(
      map((error) => {
        throw error;
      }),
    );
    // Listened to before anything is said on it. It ends when the program has closed it.
    const line$ = merge(
      over(rx$),
      defer(() => this.begin()),
    ).pipe(takeUntil(givenUp$));
    return concat(this.revive(), line$).pipe(retry({ delay: (error: unknown) => this.dial(error) }));
  }

  /** An attempt is made at once, due or not. */
  dialNow(): void {
    this.wishes.next();
  }

  /** Nobody waits for the line any more; the next one who listens finds out what has become of it. */
  forget(): void {
    this.loss = undefined;
  }

  /** The modem answers. */
  settle(): void {
    this.attempts = 0;
  }

  /**
   * The modem does not answer: tells whether the line is taken for lost, and opened again. So it is when nothing comes over
   * it, and while that has been of no use yet.
   */
  giveUp(error: OSError): boolean {
    if (!this.isKept || this.isLost || (this.quiet < silence && this.attempts === 0)) return false;
    this.givenUp.next(error);
    return true;
  }

  private begin(): Observable<never> {
    const { loss } = this;
    this.loss = undefined;
    this.heardAt = this.options.scheduler.now();
    if (loss) this.options.opened(loss);
    return EMPTY;
  }

  /** A line that was lost before anybody listened is opened again, for a program that tries again. */
  private revive(): Observable<never> {
    return defer(() => {
      if (this.loss || !this.uart.reopen) return EMPTY;
      const hasEnded$ = merge(
        this.uart.readiness$.pipe(switchMap(({ hangup }) => of(hangup))),
        // A line of another make may not say at once.
        of(false),
      ).pipe(take(1));
      return hasEnded$.pipe(
        switchMap((hasEnded) => {
          if (!hasEnded) return EMPTY;
          this.loss = new OSError('ENODEV', 'modem', 'the line to the modem had been lost');
          return this.open();
        }),
      );
    });
  }

  /** Emits when the line is open again: when that is due, or wished for. */
  private dial(cause: unknown): Observable<unknown> {
    const { redial, scheduler, isKnown, lost } = this.options;
    if (!this.uart.reopen || isClosed(cause)) return throwError(() => cause);
    const { firstPause = 1_000, longestPause = 30_000 } = redial || {};
    let last = cause;
    return defer(() => {
      const pause = this.isKept ? Math.min(firstPause * 2 ** this.attempts++, longestPause) : undefined;
      this.loss = isKnown() ? lineLoss(last, pause !== undefined) : asOSError(last);
      lost(this.loss, pause);
      const due$ = pause === undefined ? NEVER : timer(pause, scheduler);
      return concat(race(due$, this.wishes).pipe(take(1), ignoreElements()), this.open(), of(undefined));
    }).pipe(
      retry({
        delay: (error: unknown) => {
          last = error;
          return isClosed(error) ? throwError(() => error) : of(undefined);
        },
      }),
    );
  }

  private open(): Observable<never> {
    return defer(() => this.uart.reopen?.() ?? EMPTY).pipe(ignoreElements());
  }
}

/**
 * What a line is lost with, in a code of its own: `ECONNRESET` and the like would be taken for the word of a socket's peer.
 *
 * @param isKept Whether it is opened again.
 */
export function lineLoss(cause: unknown, isKept = false): OSError {
  const error = asOSError(cause);
  const isOwn = error.code === 'ENODEV' || error.code === 'EIO';
  if (isOwn && !isKept) return error;
  const message = isOwn ? error.message : `the line to the modem is lost: ${error.message}`;
  const prospect = isKept ? '; the interface opens it again by itself' : '';
  return new OSError(isOwn ? error.code : 'ENODEV', error.syscall, `${message}${prospect}`, { cause });
}

/** The program has closed the line: that is no loss. */
function isClosed(error: unknown): boolean {
  return asOSError(error).code === 'EBADF';
}

import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  NEVER,
  Observable,
  of,
  race,
  retry,
  type SchedulerLike,
  Subject,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { Uart } from '../../streams';
import { currentOf } from '../../streams/internal';
import { OSError } from '../../usocket/contract/osError';
import { lineError } from '../line/lineError';

/** How a line that is lost is opened again: after growing pauses, without end. */
export interface RedialOptions {
  /** Milliseconds before the first attempt, and twice as many before each further one. Default: 1000. */
  readonly firstPause?: number;
  /** Most milliseconds before an attempt. Default: 30 000. */
  readonly longestPause?: number;
}

export interface RedialerContext {
  readonly redial: RedialOptions | false;
  readonly scheduler: SchedulerLike;
  /** Whether a modem has ever been set up on the line. Until then, only the program tries again. */
  readonly isKnown: () => boolean;
  /** Called with the bytes of the line, before anything is made of them. */
  readonly heard?: (bytes: Uint8Array) => void;
  /** Called when the line is lost. It is opened again after `pause` milliseconds; without a pause, when `dialNow` is called. */
  readonly lost: (error: OSError, pause: number | undefined) => void;
  /** Called when the line is open again and has a subscriber. */
  readonly opened: (error: OSError) => void;
}

/** If a modem does not answer, and no byte has come for this many milliseconds, the line counts as lost silently. */
const silence = 5_000;

/**
 * Opens the line to the modem again when it is lost: an adapter is unplugged, a server restarts, or a network loses a
 * connection silently.
 */
export class Redialer {
  /** The error of the lost line; `undefined` while the line is open. */
  private loss: OSError | undefined;
  /** Attempts since the modem has last answered. */
  private attempts = 0;
  private heardAt: number;
  private readonly dials = new Subject<void>();
  private readonly givenUp = new Subject<OSError>();

  constructor(
    private readonly uart: Uart,
    private readonly options: RedialerContext,
  ) {
    this.heardAt = options.scheduler.now();
  }

  /** Whether the line is lost now. */
  get isLost(): boolean {
    return this.loss !== undefined;
  }

  /** Whether a lost line is opened again automatically. */
  get isKept(): boolean {
    return this.uart.reopen !== undefined && this.options.redial !== false && this.options.isKnown();
  }

  /** Milliseconds since the last byte came. */
  get quiet(): number {
    return this.options.scheduler.now() - this.heardAt;
  }

  /**
   * Joins the results of one line after the other to one stream. Errors when the line is lost for good.
   *
   *     rx$   --[a]--#      --[b]--
   *     out$  --[a]---------[b]--
   *
   * @param over Makes the result of the bytes. It is called anew for each line, because a message that has begun on a
   *   lost line has no end.
   */
  keep<T>(over: (rx$: Observable<Uint8Array>) => Observable<T>): Observable<T> {
    const rx$ = defer(() => this.uart.rx$).pipe(
      tap((bytes) => {
        this.heardAt = this.options.scheduler.now();
        this.options.heard?.(bytes);
      }),
    );
    // By hand, because each line has one all the time. It completes when the program has closed the line.
    const line$ = new Observable<T>((subscriber) => {
      const error = (cause: unknown) => {
        subscriber.error(cause);
      };
      subscriber.add(this.givenUp.subscribe({ next: error, error }));
      // Before anything is said on the line.
      over(rx$).subscribe(subscriber);
      if (!subscriber.closed) this.begin();
    });
    return defer(() => (this.hasEnded ? concat(this.revive(), line$) : line$)).pipe(
      retry({ delay: (error: unknown) => this.dial(error) }),
    );
  }

  /** Makes the next attempt at once. */
  dialNow(): void {
    this.dials.next();
  }

  /** No caller waits for the line any more. The next subscriber finds out whether it is open. */
  forget(): void {
    this.loss = undefined;
  }

  /** The modem answers. */
  answered(): void {
    this.attempts = 0;
  }

  /**
   * The modem does not answer. The line counts as lost if nothing comes over it, or if the modem has not answered since
   * the line was opened again. Returns whether it counts as lost.
   */
  giveUp(error: OSError): boolean {
    if (!this.isKept || this.isLost || (this.quiet < silence && this.attempts === 0)) return false;
    this.givenUp.next(error);
    return true;
  }

  private begin(): void {
    const { loss } = this;
    this.loss = undefined;
    this.heardAt = this.options.scheduler.now();
    if (loss) this.options.opened(loss);
  }

  /** Whether the line was lost before it had a subscriber, and can be opened again, because the program tries again. */
  private get hasEnded(): boolean {
    if (this.loss || !this.uart.reopen) return false;
    // Another implementation of `Uart` may not tell at once.
    return currentOf(this.uart.readiness$)?.hangup ?? false;
  }

  private revive(): Observable<never> {
    return defer(() => {
      this.loss = new OSError('ENODEV', 'modem', 'the line to the modem had been lost');
      return this.open();
    });
  }

  /** Opens the line after the pause, or at once after `dialNow`, and emits when it is open. */
  private dial(cause: unknown): Observable<unknown> {
    const { redial, scheduler, isKnown, lost } = this.options;
    if (!this.uart.reopen || isClosed(cause)) return throwError(() => cause);
    const { firstPause = 1_000, longestPause = 30_000 } = redial || {};
    let last = cause;
    return defer(() => {
      const pause = this.isKept ? Math.min(firstPause * 2 ** this.attempts++, longestPause) : undefined;
      this.loss = isKnown() ? lineLoss(last, pause !== undefined) : lineError(last);
      lost(this.loss, pause);
      const due$ = pause === undefined ? NEVER : timer(pause, scheduler);
      return concat(race(due$, this.dials).pipe(take(1), ignoreElements()), this.open(), of(undefined));
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
 * Makes the error of a lost line. Its code is never `ECONNRESET` or the like, which would look like an error of a
 * socket's peer.
 *
 * @param isKept Whether the line is opened again automatically.
 */
export function lineLoss(cause: unknown, isKept = false): OSError {
  const error = lineError(cause);
  const isOwn = error.code === 'ENODEV' || error.code === 'EIO';
  if (isOwn && !isKept) return error;
  const message = isOwn ? error.message : `the line to the modem is lost: ${error.message}`;
  const prospect = isKept ? '; the interface opens it again by itself' : '';
  return new OSError(isOwn ? error.code : 'ENODEV', error.syscall, `${message}${prospect}`, { cause });
}

/** Whether the program has closed the line, which is no loss. */
function isClosed(error: unknown): boolean {
  return lineError(error).code === 'EBADF';
}

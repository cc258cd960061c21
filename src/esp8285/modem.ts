import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  concatMap,
  connectable,
  type Connectable,
  defer,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  Observable,
  type SchedulerLike,
  startWith,
  Subject,
  Subscription,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { runOnce, type Uart } from '../streams';
import { type ErrorCode, isErrorCode } from '../usocket/errno';
import { OSError } from '../usocket/osError';
import { common } from './commands/catalogue';
import type { Dialect } from './commands/dialect';
import { simpleExchange } from './executor/exchange';
import { Executor } from './executor/executor';
import { Wire } from './executor/wire';
import { cutFrames } from './grammar/cutFrames';
import type { Frame } from './grammar/frame';
import type { Expectation } from './grammar/frameCutter';
import { LinkTable } from './links/linkTable';
import { ServerPort } from './links/serverPort';
import { setUpExchange } from './setUp';
import type { Status } from './status';
import { Trace } from './trace/trace';
import type { TraceEvent } from './trace/traceEvent';

export interface ModemOptions {
  /**
   * Passive receive: what the peer sends waits in the modem until it is read, and a slow reader slows the sender down.
   * Default: wherever the firmware has it. `false` has the modem push, which is a little faster.
   */
  readonly passiveReceive?: boolean;
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}

/** Milliseconds. */
const closeDeadline = 2_000;
/** Milliseconds in which a modem that prints boot text is expected to say `ready`; else it is asked. */
const bootTime = 3_000;
/** Milliseconds that a modem may go on starting: longer than a set-up, which has a deadline of its own. */
const longestStart = 90_000;

/**
 * A modem on a serial line: the frames that it prints, the conversation with it, its links, and its state through starts
 * and restarts.
 */
export class Modem {
  /** Replays the current state. */
  readonly status$: Observable<Status>;
  /** Everything that is said on the line; see {@link TraceEvent}. */
  readonly trace$: Observable<TraceEvent>;
  readonly executor: Executor;
  readonly links: LinkTable;
  readonly server: ServerPort;

  private readonly status = new BehaviorSubject<Status>({ modem: 'starting', wifi: 'down' });
  private readonly frames$: Connectable<Frame>;
  /** Each sets the modem up once more, from an unknown state. */
  private readonly beginnings = new Subject<OSError>();
  private readonly closing$: Observable<never>;
  private readonly passive: boolean;
  private readonly trace: Trace;
  private readonly scheduler: SchedulerLike;
  private dialect: Dialect | undefined;
  private life: Subscription | undefined;

  constructor(
    private readonly uart: Uart,
    { passiveReceive = true, scheduler = asyncScheduler }: ModemOptions = {},
  ) {
    this.scheduler = scheduler;
    const expecting: Expectation = { prompt: false, reading: undefined, beginnings: 0 };
    this.passive = passiveReceive;
    this.trace = new Trace(scheduler);
    this.trace$ = this.trace.events$;
    this.frames$ = connectable(
      concat(
        uart.rx$.pipe(
          cutFrames(expecting),
          // Ahead of the driver, which answers inside a frame.
          tap({
            next: (frame) => {
              this.trace.heard(frame);
            },
            error: () => {
              this.trace.end();
            },
            complete: () => {
              this.trace.end();
            },
          }),
        ),
        throwError(() => new OSError('ENODEV', 'modem', 'the serial line to the modem was closed')),
      ),
      { connector: () => new Subject(), resetOnDisconnect: false },
    );
    this.executor = new Executor(new Wire(uart, this.frames$, expecting, this.trace), scheduler);
    this.links = new LinkTable({ executor: this.executor, hasAddress: () => this.hasAddress });
    this.server = new ServerPort(this.executor, this.links);
    this.closing$ = defer(() => this.end()).pipe(runOnce());
    this.status$ = this.status.pipe(
      distinctUntilChanged((one, other) => one.modem === other.modem && one.wifi === other.wifi),
    );
  }

  get hasAddress(): boolean {
    return this.status.value.wifi === 'up';
  }

  /**
   * Starts to listen, and sets the modem up, now and after each restart. Tries again when it is down.
   *
   * @param afterRestart$ Run when it is up again after a restart.
   */
  start(afterRestart$: Observable<unknown>): void {
    const { modem, error } = this.status.value;
    if (this.life && modem === 'down') this.beginnings.next(asOSError(error));
    if (this.life) return;
    // One that was let go tries again: what it was down with is not waited for.
    if (modem === 'down') this.status.next({ modem: 'starting', wifi: 'down' });
    this.life = new Subscription();
    this.life.add(this.listen(afterRestart$));
  }

  /** Listens no more, and leaves the line as it is. */
  letGo(): void {
    this.life?.unsubscribe();
    this.life = undefined;
  }

  private listen(afterRestart$: Observable<unknown>): Subscription {
    return merge(
      // First of all, so that a link has its data before any conversation goes on.
      this.frames$.pipe(
        tap((frame) => {
          this.route(frame);
        }),
      ),
      this.executor.serving$,
      this.links.cleaning$,
      // The line is listened to before anything is said on it: a fast modem answers inside `write`.
      new Observable<never>(() => this.frames$.connect()),
      merge(this.living(afterRestart$), this.verifying(), this.givingUp()).pipe(
        takeUntil(this.status.pipe(filter(({ modem }) => modem === 'closed'))),
      ),
    ).subscribe({
      error: (error: Error) => {
        this.lose(asOSError(error));
      },
    });
  }

  /** Runs an operation once the modem is set up. Errors with what it is down with. */
  whenUp<T>(operation: (dialect: Dialect) => Observable<T>): Observable<T> {
    return this.status.pipe(
      first(({ modem }) => modem !== 'starting'),
      concatMap(({ modem, error }) => {
        if (modem === 'up' && this.dialect) return operation(this.dialect);
        return throwError(() => error ?? new OSError('EBADF', 'modem', 'the interface is closed'));
      }),
    );
  }

  /** Ends all links and closes the line. What is under way fails with `EBADF`, for it might take a minute. */
  close(): Observable<never> {
    return this.closing$;
  }

  /** What is known of the Wi-Fi without a message of the modem. */
  setWifi(wifi: Status['wifi']): void {
    if (this.status.value.modem === 'closed') return;
    this.status.next({ ...this.status.value, wifi });
  }

  private end(): Observable<never> {
    const { modem } = this.status.value;
    const closed = new OSError('EBADF', 'modem', 'the interface is closed');
    this.status.next({ modem: 'closed', wifi: 'down' });
    this.links.loseAll(closed);
    this.executor.interrupt(closed);
    const closeLinks$ = modem === 'up' ? this.executor.run(simpleExchange(common.closeAllLinks, closeDeadline)) : EMPTY;
    return concat(
      closeLinks$.pipe(catchError(() => EMPTY)),
      defer(() => {
        this.life?.unsubscribe();
        this.trace.end();
        return this.uart.close();
      }),
    ).pipe(ignoreElements());
  }

  private living(afterRestart$: Observable<unknown>): Observable<never> {
    const restarts$ = merge(
      this.frames$.pipe(
        filter(({ kind }) => kind === 'booted' || kind === 'booting'),
        map(() => new OSError('ECONNRESET', 'modem', 'the modem has started again, and lost its connections')),
      ),
      this.executor.trouble$,
      this.beginnings,
    );
    return restarts$.pipe(
      startWith(undefined),
      switchMap((restart) => {
        // Here, where a set-up under way has been given up: it has not failed, it begins again.
        if (restart) this.interrupt(restart);
        return concat(this.setUp(), restart ? merge(afterRestart$, this.server.resume()) : EMPTY);
      }),
      ignoreElements(),
    );
  }

  /** `ready` may drown in the noise of a start. An echo, or a line that is none, is reason to ask. */
  private verifying(): Observable<never> {
    return this.frames$.pipe(
      filter((frame) => this.status.value.modem === 'up' && isOdd(frame)),
      tap(() => {
        this.executor.doubt();
      }),
      // One doubt is enough: noise without end must not put the question off for ever.
      exhaustMap(() => timer(bootTime, this.scheduler)),
      concatMap(() => this.executor.verify().pipe(catchError(() => EMPTY))),
    );
  }

  /** A weak supply breaks down at each start, so that no set-up comes to its end: who waits for one is told. */
  private givingUp(): Observable<never> {
    return this.status.pipe(
      map(({ modem }) => modem === 'starting'),
      distinctUntilChanged(),
      switchMap((isStarting) => (isStarting ? timer(longestStart, this.scheduler) : EMPTY)),
      tap(() => {
        const message = 'the modem starts again and again; check its power supply, it draws 300 mA and more in bursts';
        this.status.next({ modem: 'down', wifi: 'down', error: new OSError('EIO', 'modem', message) });
      }),
      ignoreElements(),
    );
  }

  private setUp(): Observable<never> {
    return this.executor.run(setUpExchange(this.passive)).pipe(
      tap(({ dialect, hasAddress }) => {
        this.dialect = dialect;
        this.links.reception.begin(dialect);
        // What the modem has said of the Wi-Fi meanwhile is newer than its answer, or the same.
        this.status.next({ modem: 'up', wifi: hasAddress ? 'up' : this.status.value.wifi });
      }),
      catchError((error: unknown) => {
        this.status.next({ modem: 'down', wifi: 'down', error: asOSError(error) });
        return EMPTY;
      }),
      ignoreElements(),
    );
  }

  private route(frame: Frame): void {
    this.links.route(frame);
    if (frame.kind !== 'wifi') return;
    const { wifi } = this.status.value;
    if (frame.event === 'gotAddress') this.setWifi('up');
    else if (frame.event === 'disconnected') this.setWifi('down');
    else if (wifi === 'down') this.setWifi('joining');
  }

  private interrupt(error: OSError): void {
    // First, so that who opens a new connection on hearing of the loss waits for the set-up.
    this.status.next({ modem: 'starting', wifi: 'down' });
    this.links.loseAll(error);
    this.executor.interrupt(error);
  }

  /** The line is gone: there is no way back. */
  private lose(error: OSError): void {
    if (this.status.value.modem !== 'closed') this.status.next({ modem: 'down', wifi: 'down', error });
    this.links.loseAll(error);
    this.executor.interrupt(error);
  }
}

function isOdd(frame: Frame): boolean {
  if (frame.kind === 'noise') return true;
  // The names in an answer, behind their `+`, may be in any character set.
  return frame.kind === 'line' && /^AT\+|^[^+].*[^\x20-\x7e\t]|^[^\x20-\x7e]/.test(frame.text);
}

function asOSError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OSError(codeOf(error) ?? 'EIO', 'modem', message, { cause: error });
}

/** A line of another make says by its `code` what has happened, too. */
function codeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

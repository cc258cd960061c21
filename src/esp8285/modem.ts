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
  filter,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  startWith,
  Subject,
  type Subscription,
  switchMap,
  tap,
  throwError,
} from 'rxjs';

import type { Uart } from '../streams';
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
import { setUpExchange } from './setUp';
import type { Status } from './status';

export interface ModemOptions {
  /**
   * Passive receive: what the peer sends waits in the modem until it is read, and a slow reader slows the sender down.
   * Default: wherever the firmware has it. `false` has the modem push, which is a little faster.
   */
  readonly passiveReceive?: boolean;
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}

/** Bytes of one passive read: AT 1.7 is known to give 2048; ESP-AT's whole TCP window fits in one. */
const longestRead = { nonos: 2048, 'esp-at': 5760 };
/** Milliseconds. */
const closeDeadline = 2_000;

/**
 * A modem on a serial line: the frames that it prints, the conversation with it, its links, and its state through starts
 * and restarts.
 */
export class Modem {
  /** Replays the current state. */
  readonly status$: Observable<Status>;
  readonly executor: Executor;
  readonly links: LinkTable;

  private readonly status = new BehaviorSubject<Status>({ modem: 'starting', wifi: 'down' });
  private readonly frames$: Connectable<Frame>;
  private readonly passive: boolean;
  private dialect: Dialect | undefined;
  private life: Subscription | undefined;

  constructor(
    private readonly uart: Uart,
    { passiveReceive = true, scheduler = asyncScheduler }: ModemOptions = {},
  ) {
    const expecting: Expectation = { prompt: false, reading: undefined };
    this.passive = passiveReceive;
    this.frames$ = connectable(
      concat(
        uart.rx$.pipe(cutFrames(expecting)),
        throwError(() => new OSError('ENODEV', 'modem', 'the serial line to the modem was closed')),
      ),
      { connector: () => new Subject(), resetOnDisconnect: false },
    );
    this.executor = new Executor(new Wire(uart, this.frames$, expecting), scheduler);
    this.links = new LinkTable({ executor: this.executor, hasAddress: () => this.hasAddress });
    this.status$ = this.status.pipe(
      distinctUntilChanged((one, other) => one.modem === other.modem && one.wifi === other.wifi),
    );
  }

  get hasAddress(): boolean {
    return this.status.value.wifi === 'up';
  }

  /**
   * Starts to listen, and sets the modem up, now and after each restart.
   *
   * @param afterRestart$ Run when it is up again after a restart.
   */
  start(afterRestart$: Observable<unknown>): void {
    const lost = (error: Error): void => {
      this.lose(asOSError(error));
    };
    const listening$ = merge(
      // First of all, so that a link has its data before any conversation goes on.
      this.frames$.pipe(
        tap((frame) => {
          this.route(frame);
        }),
      ),
      this.executor.serving$,
      this.links.cleaning$,
    );
    this.life = listening$.subscribe({ error: lost });
    this.life.add(this.frames$.connect());
    // The line is listened to before anything is said on it: a fast modem answers inside `write`.
    this.life.add(this.living(afterRestart$).subscribe({ error: lost }));
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

  /** Cold. Ends all links and closes the line. */
  close(): Observable<never> {
    return defer(() => {
      if (this.status.value.modem === 'closed') return EMPTY;
      const closed = new OSError('EBADF', 'modem', 'the interface is closed');
      const closeLinks$ =
        this.status.value.modem === 'up'
          ? this.executor.run(simpleExchange(common.closeAllLinks, closeDeadline))
          : EMPTY;
      this.links.loseAll(closed);
      return concat(
        closeLinks$.pipe(catchError(() => EMPTY)),
        defer(() => {
          this.status.next({ modem: 'closed', wifi: 'down' });
          this.executor.interrupt(closed);
          this.life?.unsubscribe();
          return this.uart.close();
        }),
      ).pipe(ignoreElements());
    });
  }

  /** What is known of the Wi-Fi without a message of the modem. */
  setWifi(wifi: Status['wifi']): void {
    this.status.next({ ...this.status.value, wifi });
  }

  private living(afterRestart$: Observable<unknown>): Observable<never> {
    const restarts$ = merge(
      this.frames$.pipe(
        filter(({ kind }) => kind === 'booted' || kind === 'booting'),
        map(() => new OSError('ECONNRESET', 'modem', 'the modem has started again, and lost its connections')),
      ),
      this.executor.trouble$,
    );
    return restarts$.pipe(
      tap((error) => {
        this.interrupt(error);
      }),
      startWith(undefined),
      switchMap((restart) => concat(this.setUp(), restart ? afterRestart$ : EMPTY)),
      ignoreElements(),
    );
  }

  private setUp(): Observable<never> {
    return this.executor.run(setUpExchange(this.passive)).pipe(
      tap(({ dialect, hasAddress }) => {
        this.dialect = dialect;
        this.links.longestRead = dialect.passiveReceive ? longestRead[dialect.generation] : 0;
        this.status.next({ modem: 'up', wifi: hasAddress ? 'up' : 'down' });
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
    this.links.loseAll(error);
    this.executor.interrupt(error);
    this.status.next({ modem: 'starting', wifi: 'down' });
  }

  /** The line is gone: there is no way back. */
  private lose(error: OSError): void {
    this.links.loseAll(error);
    this.executor.interrupt(error);
    this.status.next({ modem: 'down', wifi: 'down', error });
  }
}

function asOSError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OSError('EIO', 'modem', message, { cause: error });
}

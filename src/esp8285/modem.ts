import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  filter,
  first,
  identity,
  ignoreElements,
  interval,
  map,
  merge,
  Observable,
  of,
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
import { OSError } from '../usocket/contract/osError';
import { asOSError } from './executor/asOSError';
import { common } from './commands/catalogue';
import type { Dialect } from './commands/dialect';
import { simpleExchange } from './executor/exchange';
import { Executor } from './executor/executor';
import { Wire } from './executor/wire';
import { LineHold } from './flow/lineHold';
import { cutFrames } from './grammar/cutFrames';
import type { Expectation } from './grammar/expectation';
import type { Frame } from './grammar/frame';
import { isEcho } from './grammar/lineFrame';
import { Encryption } from './links/encryption';
import { LinkTable } from './links/linkTable';
import { DatagramOpener } from './links/openDatagram';
import { ServerPort } from './links/serverPort';
import type { ModemOptions } from './modemOptions';
import { lossOf, Redialer } from './life/redialer';
import { resetExchange } from './setUp/reset';
import { setUpExchange, type SetUpOptions } from './setUp/setUp';
import { sameStatus, type Status } from './life/status';
import { Trace } from './trace/trace';
import type { TraceEvent } from './trace/traceEvent';
import { Stations } from './wifi/stations';

/** What the owner of a modem does besides. None of it may fail. */
export interface Upkeep {
  /** Cold: sets again what a start has lost. Part of each set-up: nobody else has the modem before. */
  restore(dialect: Dialect): Observable<never>;
  /** Cold: runs from the end of each set-up to the next restart. */
  readonly meanwhile$: Observable<never>;
}

/** Milliseconds. */
const closeDeadline = 2_000;
const closePatience = 1_000;
/** Milliseconds in which a modem that prints boot text is expected to say `ready`; else it is asked. */
const bootTime = 3_000;
/** Milliseconds that a modem may go on starting: longer than a set-up, which has a deadline of its own. */
const longestStart = 90_000;
/** Milliseconds, of a line that does not say how long it may pause. */
const usualPause = 500;
const serialAdvice = {
  loss: 'lower the baud rate, check the wiring, or connect RTS and CTS and use flow control',
  silence: "check the modem's power supply and the wiring, lower the baud rate, or use flow control",
};
/** Milliseconds. */
const usualQuiet = 10_000;
const usualSilence = 15_000;

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
  readonly datagrams: DatagramOpener;
  readonly encryption = new Encryption();
  readonly server: ServerPort;
  readonly stations = new Stations();

  private readonly status = new BehaviorSubject<Status>({ modem: 'starting', wifi: 'down' });
  private readonly wire: Wire;
  /** Each sets the modem up once more, from an unknown state. */
  private readonly beginnings = new Subject<OSError>();
  /** Each has the modem start again first. */
  private readonly resets = new Subject<void>();
  /** What makes no sense. */
  private readonly oddities = new Subject<Frame>();
  private readonly closing$: Observable<never>;
  private readonly setUpOptions: SetUpOptions;
  private readonly hold: LineHold;
  private readonly redialer: Redialer;
  private readonly longestSilence: number;
  private readonly trace: Trace;
  private readonly scheduler: SchedulerLike;
  private dialect: Dialect | undefined;
  private life: Subscription | undefined;
  /** What the set-up has found, until the modem says otherwise. */
  private hasJoined = false;

  constructor(
    private readonly uart: Uart,
    options: ModemOptions = {},
  ) {
    const { unknownLines } = options;
    const { passiveReceive = true, idleTimeout = 0, flowControl = false, longestHold = 2_000 } = options;
    const { longestPause = uart.longestPause ?? usualPause, longestQuiet, scheduler = asyncScheduler } = options;
    const { redial = {}, longestSilence } = options;
    if (flowControl && !uart.hold) {
      const message = 'modem: flowControl wants a line that has it; open the line with { rtscts: true }';
      throw new OSError('EINVAL', 'modem', message);
    }
    this.scheduler = scheduler;
    this.setUpOptions = { passive: passiveReceive, flowControl };
    this.hold = new LineHold(uart, { longestHold, scheduler });
    // Without flow control nothing stops this one.
    const { clock } = this.hold;
    this.trace = new Trace(scheduler);
    this.trace$ = this.trace.events$;
    this.redialer = new Redialer(uart, {
      redial,
      scheduler,
      isKnown: () => this.dialect !== undefined,
      lost: (error, pause) => {
        this.trace.noted(pause === undefined ? error.message : `${error.message}, in ${pause} ms`);
        this.lose(error, pause);
      },
      opened: (error) => {
        this.trace.noted('the line to the modem is open again');
        this.beginnings.next(error);
      },
    });
    this.longestSilence = longestSilence ?? (scheduler === asyncScheduler ? usualSilence : Infinity);
    const cut = (expecting: Expectation) =>
      concat(
        this.redialer.keep((rx$) =>
          rx$.pipe(
            flowControl ? this.hold.gate() : identity,
            cutFrames(expecting, { longestPause, scheduler: clock }, unknownLines),
          ),
        ),
        throwError(() => new OSError('ENODEV', 'modem', 'the serial line to the modem was closed')),
      );
    this.wire = new Wire(uart, cut, clock, this.trace);
    this.executor = new Executor(this.wire);
    this.links = new LinkTable({
      executor: this.executor,
      hold: this.hold,
      hasAddress: () => this.hasAddress,
      advice: uart.advice ?? serialAdvice,
      scheduler,
      longestQuiet: longestQuiet ?? (scheduler === asyncScheduler ? usualQuiet : Infinity),
    });
    this.datagrams = new DatagramOpener(this.executor, this.links, () => this.hasAddress);
    this.server = new ServerPort(this.executor, this.links, idleTimeout);
    this.closing$ = defer(() => this.end()).pipe(runOnce());
    this.status$ = this.status.pipe(distinctUntilChanged(sameStatus));
  }

  private get isOnNetwork$(): Observable<boolean> {
    return this.status.pipe(map(({ wifi }) => wifi === 'up'));
  }

  /** The firmware's version, once the modem has been set up. */
  get version(): string | undefined {
    return this.dialect?.version;
  }

  get hasAddress(): boolean {
    return this.status.value.wifi === 'up';
  }

  /** Starts to listen, and sets the modem up, now and after each restart. Tries again when it is down. */
  start(upkeep: Upkeep): void {
    const { modem, error } = this.status.value;
    if (this.life && this.redialer.isLost) this.dialNow();
    else if (this.life && modem === 'down') this.beginnings.next(asOSError(error));
    if (this.life) return;
    // One that was let go tries again: what it was down with is not waited for.
    if (modem === 'down') this.status.next({ modem: 'starting', wifi: 'down' });
    this.life = new Subscription();
    this.life.add(this.listen(upkeep));
  }

  /** Listens no more, and leaves the line as it is. One that is opened again by itself is not let go. */
  letGo(): void {
    if (this.redialer.isKept && this.redialer.isLost) return;
    this.redialer.forget();
    this.life?.unsubscribe();
    this.life = undefined;
  }

  private listen(upkeep: Upkeep): Subscription {
    return merge(
      // First of all, so that a link has its data before any conversation goes on.
      this.wire.heard$.pipe(
        tap((frame) => {
          this.route(frame);
        }),
      ),
      this.executor.serving$,
      this.links.cleaning$,
      this.noticing(),
      // The line is listened to before anything is said on it: a fast modem answers inside `write`.
      new Observable<never>(() => this.wire.heard$.connect()),
      merge(this.living(upkeep), this.verifying(), this.givingUp()).pipe(
        takeUntil(this.status.pipe(filter(({ modem }) => modem === 'closed'))),
      ),
    ).subscribe({
      error: (error: Error) => {
        this.lose(this.dialect ? lossOf(error) : asOSError(error));
      },
    });
  }

  /** Shows what the line tells of itself. */
  private noticing(): Observable<never> {
    return (this.uart.notices$ ?? EMPTY).pipe(
      tap((notice) => {
        this.trace.noted(notice);
      }),
      ignoreElements(),
    );
  }

  /** Runs an operation once the modem is set up. Errors with what it is down with. */
  whenUp<T>(operation: (dialect: Dialect) => Observable<T>): Observable<T> {
    return this.status.pipe(
      first(({ modem }) => modem !== 'starting'),
      concatMap(({ modem, error }) => {
        if (modem === 'up' && this.dialect) return operation(this.dialect);
        return throwError(
          () =>
            error ??
            new OSError('EBADF', 'modem', 'the interface is closed; make a new one with "await network.ESP8285(uart)"'),
        );
      }),
    );
  }

  /**
   * Has the modem start again, at once, whatever else goes on or has gone wrong, and completes when it is set up. What is
   * asked of it meanwhile waits for that; its connections are lost, and what was asked of it before fails: `ECONNRESET`.
   */
  reset(): Observable<never> {
    return defer(() => {
      // There is nothing to say it to; what is set up behind a lost line is as good as new.
      if (this.redialer.isLost) this.dialNow();
      else if (this.life && this.status.value.modem !== 'closed') this.resets.next();
      return this.whenUp(() => EMPTY);
    });
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
    this.stations.clear();
    this.server.lose(closed);
    this.links.loseAll(closed);
    this.executor.interrupt(closed);
    const closeLinks$ = modem === 'up' ? this.executor.run(simpleExchange(common.closeAllLinks, closeDeadline)) : EMPTY;
    return concat(
      // In its turn, which may not come while the modem is asked whether it is there at all.
      closeLinks$.pipe(
        catchError(() => EMPTY),
        takeUntil(merge(timer(closeDeadline, this.scheduler), this.tooBusy())),
      ),
      defer(() => {
        this.life?.unsubscribe();
        this.trace.end();
        return this.uart.close();
      }),
    ).pipe(ignoreElements());
  }

  /** A modem that connects to a silent host is busy for as long as that takes, and closes nothing before. */
  private tooBusy(): Observable<unknown> {
    return this.wire.heard$.pipe(
      first(({ kind }) => kind === 'busy'),
      switchMap(() => timer(closePatience, this.scheduler)),
      catchError(() => EMPTY),
    );
  }

  private living(upkeep: Upkeep): Observable<never> {
    const restarts$ = merge(
      this.wire.heard$.pipe(
        filter(({ kind }) => kind === 'booted' || kind === 'booting'),
        map(() => new OSError('ECONNRESET', 'modem', 'the modem has started again, and lost its connections')),
      ),
      // A line that is gone without a word looks the same.
      this.executor.trouble$.pipe(filter((error) => error.code !== 'EIO' || !this.redialer.giveUp(error))),
      this.beginnings,
    ).pipe(map((error) => ({ error, restart$: EMPTY })));
    const lost = new OSError('ECONNRESET', 'modem', 'the modem was reset, and lost its connections');
    const resets$ = this.resets.pipe(
      map(() => ({ error: lost, restart$: this.executor.run(resetExchange()).pipe(catchError(() => EMPTY)) })),
    );
    return merge(restarts$, resets$).pipe(
      startWith(undefined),
      // What is found out about the modem while there is no line says nothing; there will be another beginning.
      filter(() => !this.redialer.isLost),
      switchMap((restart) => {
        // Here, where a set-up under way has been given up: it has not failed, it begins again.
        if (restart) this.interrupt(restart.error);
        const resumed$ = restart ? this.server.resume() : EMPTY;
        const meanwhile$ = merge(upkeep.meanwhile$, this.links.outliving(this.isOnNetwork$), resumed$, this.watching());
        return concat(restart?.restart$ ?? EMPTY, this.setUp(upkeep), meanwhile$);
      }),
      ignoreElements(),
    );
  }

  /**
   * `ready` may drown in the noise of a start. An echo, a line that is none, one that may be of a start, or a block cut off,
   * is reason to ask.
   */
  private verifying(): Observable<never> {
    return this.oddities.pipe(
      filter(() => this.status.value.modem === 'up'),
      tap(() => {
        this.executor.doubt();
      }),
      // One doubt is enough: noise without end must not put the question off for ever.
      exhaustMap(({ kind }) =>
        timer(['damage', 'unknown', 'line'].includes(kind) ? 0 : bootTime, this.scheduler).pipe(
          takeUntil(this.status.pipe(filter(({ modem }) => modem !== 'up'))),
        ),
      ),
      concatMap(() => concat(this.executor.verify(), this.links.confirmDoubts()).pipe(catchError(() => EMPTY))),
    );
  }

  /** A line that is gone without a word is noticed only by asking. */
  private watching(): Observable<never> {
    const { longestSilence } = this;
    return defer(() => {
      // Once it is set up: only then it is known.
      if (longestSilence === Infinity || !this.redialer.isKept) return EMPTY;
      return interval(longestSilence, this.scheduler);
    }).pipe(
      filter(() => this.status.value.modem === 'up' && this.redialer.quiet >= longestSilence),
      exhaustMap(() => {
        this.executor.doubt();
        return this.executor.verify().pipe(catchError(() => EMPTY));
      }),
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
        this.goDown(new OSError('EIO', 'modem', message));
      }),
      ignoreElements(),
    );
  }

  private setUp(upkeep: Upkeep): Observable<never> {
    return this.executor.run(setUpExchange(this.setUpOptions)).pipe(
      tap(({ hasAddress, heedsLine }) => {
        this.hasJoined = hasAddress;
        this.hold.isHeeded = heedsLine;
      }),
      concatMap(({ dialect }) => concat(upkeep.restore(dialect), of(dialect))),
      tap((dialect) => {
        this.dialect = dialect;
        this.redialer.settle();
        this.links.reception.begin(dialect);
        this.wire.isSetUp = true;
        // What the modem has said of the Wi-Fi meanwhile is newer than its answer, or the same.
        this.status.next({ modem: 'up', wifi: this.hasJoined ? 'up' : this.status.value.wifi });
      }),
      catchError((cause: unknown) => {
        const error = asOSError(cause);
        // A line that is lost has said so itself.
        if (!this.redialer.isLost && !this.redialer.giveUp(error)) this.goDown(error);
        return EMPTY;
      }),
      ignoreElements(),
    );
  }

  private route(frame: Frame): void {
    if (!this.links.route(frame) || isDoubtful(frame)) this.oddities.next(frame);
    this.stations.route(frame);
    if (frame.kind !== 'wifi') return;
    this.hasJoined = false;
    const { wifi } = this.status.value;
    if (frame.event === 'gotAddress') this.setWifi('up');
    else if (frame.event === 'disconnected') this.setWifi('down');
    else if (wifi === 'down') this.setWifi('joining');
  }

  private interrupt(error: OSError): void {
    this.startAnew(error);
    this.executor.interrupt(error);
  }

  private startAnew(error: OSError): void {
    // First, so that who opens a new connection on hearing of the loss waits for the set-up.
    this.status.next({ modem: 'starting', wifi: 'down' });
    this.stations.clear();
    this.wire.isSetUp = false;
    this.links.loseAll(error);
  }

  private goDown(error: OSError): void {
    this.status.next({ modem: 'down', wifi: 'down', error });
    this.server.lose(error);
  }

  private dialNow(): void {
    // Who asks for it waits for what comes of it.
    this.status.next({ modem: 'starting', wifi: 'down' });
    this.redialer.dialNow();
  }

  /**
   * The line is gone: for good, or for so many milliseconds at least. What listens waits for it, as for a modem that starts
   * again.
   */
  private lose(error: OSError, redialIn?: number): void {
    if (this.status.value.modem !== 'closed') {
      if (redialIn === undefined) this.goDown(error);
      else this.status.next({ modem: 'down', wifi: 'down', error, redialIn });
    }
    this.stations.clear();
    this.links.loseAll(error);
    this.executor.interrupt(error);
  }
}

/** Whether a frame that makes sense may be of a modem that is not as it was left. */
function isDoubtful(frame: Frame): boolean {
  return frame.kind === 'unknown' ? frame.isDoubtful === true : frame.kind === 'line' && isEcho(frame.text);
}

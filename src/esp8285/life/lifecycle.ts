import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  Subscription,
  switchMap,
  tap,
  timer,
} from 'rxjs';

import { runOnce, switchOnChange } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import { lineError } from '../line/lineError';
import { Session } from '../executor/session';
import type { Frame } from '../grammar/frame';
import { resetExchange } from '../setUp/reset';
import { setUpExchange, type SetUpOptions } from '../setUp/setUp';
import { closeLinks } from './closeLinks';
import type { ModemParts } from './modemParts';
import { lineLoss } from './redialer';
import { raisesDoubt, verifying, watching } from './verification';

/** What the owner of a modem adds to its life. The hooks must not fail. */
export interface LifecycleHooks {
  /**
   * Cold: restores the settings that a start of the modem has lost. It is part of each set-up, before anything else
   * uses the modem.
   */
  restore(up: Session): Observable<never>;
  /** Cold: runs from the end of each set-up to the next restart. */
  readonly whileUp$: Observable<never>;
}

export interface LifecycleOptions {
  readonly setUp: SetUpOptions;
  /** After this many milliseconds of silence, the modem is asked whether it is still there. */
  readonly longestSilence: number;
  readonly scheduler: SchedulerLike;
}

interface Restart {
  /** Why the connections are lost. */
  readonly error: OSError;
  /** What is done before the set-up. */
  readonly restart$: Observable<never>;
}

/** Milliseconds in which a modem may start again and again. It is longer than a set-up, which has its own deadline. */
const longestStart = 90_000;

/** The life of a modem: it is set up, verified, given up or set up again, goes down and is closed. */
export class Lifecycle {
  /** Each emission sets the modem up, from an unknown state; `undefined` for the first time. */
  private readonly restarts = new Subject<Restart | undefined>();
  /** Frames that raise the question whether a modem that is up has started again. */
  private readonly suspicions = new Subject<Frame>();
  private closing$: Observable<never> | undefined;
  private running: Subscription | undefined;

  constructor(
    private readonly parts: ModemParts,
    private readonly options: LifecycleOptions,
  ) {}

  /** Listens to the modem and sets it up, now and after each restart. Tries again when it is down. */
  start(hooks: LifecycleHooks): void {
    const { state, redialer } = this.parts;
    const { modem, error } = state;
    if (this.running && redialer.isLost) this.dialNow();
    else if (this.running && modem === 'down') this.restartAfter(lineError(error));
    if (this.running) return;
    // After `letGo`: the error of the last attempt must not end this one.
    if (modem === 'down') state.starting();
    this.running = new Subscription();
    this.run(hooks, this.running);
  }

  /** Stops listening, and leaves the line as it is. A line that the redialer opens again is kept. */
  letGo(): void {
    const { redialer } = this.parts;
    if (redialer.isKept && redialer.isLost) return;
    redialer.forget();
    this.running?.unsubscribe();
    this.running = undefined;
  }

  /**
   * Cold: restarts the modem at once, in any state, and completes when it is set up. Operations that begin meanwhile
   * wait for that. Connections are lost, and operations that began before fail with `ECONNRESET`.
   */
  reset(): Observable<never> {
    const { state, redialer } = this.parts;
    return defer(() => {
      // Without a line, no command can be said, and the modem is set up anyway when the line is open again.
      if (redialer.isLost) this.dialNow();
      else if (this.running && state.modem !== 'closed') this.restart(this.resetting());
      return state.whenUp(() => EMPTY);
    });
  }

  /** Cold: closes all links and the line. Operations under way fail with `EBADF`, because they might take a minute. */
  close(): Observable<never> {
    return (this.closing$ ??= this.closing());
  }

  /**
   * The line is lost: for good, or for at least `redialIn` milliseconds. A listening port waits for it, as for a modem
   * that starts again.
   */
  lineLost(error: OSError, redialIn?: number): void {
    const { state, executor, links, stations } = this.parts;
    if (state.modem !== 'closed') {
      if (redialIn === undefined) this.goDown(error);
      else state.down(error, redialIn);
    }
    stations.clear();
    links.loseAll(error);
    executor.interrupt(error);
  }

  /** The line is open again, and has a subscriber. */
  lineOpened(loss: OSError): void {
    this.restartAfter(loss);
  }

  /** Each part has a subscription of its own, because merges and filters would be half of what a quiet modem takes. */
  private run(hooks: LifecycleHooks, running: Subscription): void {
    const { wire, executor, links, state } = this.parts;
    const { scheduler } = this.options;
    const error = (cause: Error) => {
      // First, while the callers can still be told.
      this.lineLost(state.isKnown ? lineLoss(cause) : lineError(cause));
      running.unsubscribe();
    };
    // First, so that a link has its data before the conversation goes on.
    running.add(
      wire.heard$.subscribe({
        next: (frame) => {
          this.route(frame);
        },
        error,
      }),
    );
    running.add(executor.serving$.subscribe({ error }));
    running.add(links.cleaning$.subscribe({ error }));
    running.add(links.adapting$.subscribe({ error }));
    running.add(this.noticing().subscribe({ error }));
    if (running.closed) return;
    // The driver listens to the line before it says anything, because a fast modem answers inside `write`.
    running.add(wire.connect());
    const upkeep = new Subscription();
    running.add(upkeep);
    upkeep.add(
      executor.trouble$.subscribe({
        next: (trouble) => {
          this.troubled(trouble);
        },
        error,
      }),
    );
    upkeep.add(verifying(this.parts, this.suspicions, scheduler).subscribe({ error }));
    upkeep.add(
      this.tooLong().subscribe({
        next: () => {
          const message =
            'the modem starts again and again; check its power supply, it draws 300 mA and more in bursts';
          this.goDown(new OSError('EIO', 'modem', message));
        },
        error,
      }),
    );
    upkeep.add(this.settingUp(hooks).subscribe({ error }));
    upkeep.add(
      state.status$.subscribe({
        next: ({ modem }) => {
          if (modem === 'closed') upkeep.unsubscribe();
        },
        error,
      }),
    );
    this.restart();
  }

  private route(frame: Frame): void {
    const { links, stations, state } = this.parts;
    if (!links.route(frame) || raisesDoubt(frame)) this.suspect(frame);
    stations.route(frame);
    state.route(frame);
    if (frame.kind === 'booted' || frame.kind === 'booting') {
      this.restartAfter(new OSError('ECONNRESET', 'modem', 'the modem has started again, and lost its connections'));
    }
  }

  private suspect(frame: Frame): void {
    if (this.parts.state.modem !== 'up') return;
    this.parts.executor.doubt();
    this.suspicions.next(frame);
  }

  /** A line that is lost silently looks the same. */
  private troubled(error: OSError): void {
    if (error.code !== 'EIO' || !this.parts.redialer.giveUp(error)) this.restartAfter(error);
  }

  private restartAfter(error: OSError): void {
    this.restart({ error, restart$: EMPTY });
  }

  /** Errors of the modem while there is no line do not count. Another set-up follows. */
  private restart(restart?: Restart): void {
    if (!this.parts.redialer.isLost) this.restarts.next(restart);
  }

  /** Shows the notices of the line in the trace. */
  private noticing(): Observable<never> {
    const { uart, trace } = this.parts;
    return (uart.notices$ ?? EMPTY).pipe(
      tap((notice) => {
        trace.noted(notice);
      }),
      ignoreElements(),
    );
  }

  /** Sets the modem up, and again whenever it has started again. */
  private settingUp(hooks: LifecycleHooks): Observable<never> {
    const { links, server, state } = this.parts;
    const watching$ = watching(this.parts, this.options.longestSilence, this.options.scheduler);
    const isOnNetwork$ = state.status$.pipe(map(({ wifi }) => wifi === 'up'));
    return this.restarts.pipe(
      switchMap((restart) => {
        // Here, after a set-up under way has been given up. It has not failed; it begins again.
        if (restart) this.interrupt(restart.error);
        const resumed$ = restart ? server.resume().pipe(ignoreElements()) : EMPTY;
        const whileUp$ = merge(hooks.whileUp$, links.outliving(isOnNetwork$), resumed$, watching$);
        return concat(restart?.restart$ ?? EMPTY, this.setUp(hooks), whileUp$);
      }),
    );
  }

  private resetting(): Restart {
    return {
      error: new OSError('ECONNRESET', 'modem', 'the modem was reset, and lost its connections'),
      restart$: this.parts.executor.run(resetExchange()).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      ),
    };
  }

  private setUp(hooks: LifecycleHooks): Observable<never> {
    const { wire, executor, links, hold, redialer, state } = this.parts;
    return executor.run(setUpExchange(this.options.setUp)).pipe(
      tap(({ hasAddress, hasFlowControl }) => {
        state.found(hasAddress);
        hold.isHeeded = hasFlowControl;
      }),
      map(({ dialect }) => new Session(executor, dialect)),
      concatMap((session) => concat(hooks.restore(session), of(session))),
      tap((session) => {
        redialer.answered();
        links.begin(session.dialect);
        wire.isSetUp = true;
        const isEspAt = session.dialect.generation === 'esp-at';
        wire.isMuteInSends = wire.carriesOutRefused = isEspAt;
        if (isEspAt) wire.saysTaken = true;
        state.up(session);
      }),
      catchError((cause: unknown) => {
        const error = lineError(cause);
        // A lost line has reported itself.
        if (!redialer.isLost && !redialer.giveUp(error)) this.goDown(error);
        return EMPTY;
      }),
      ignoreElements(),
    );
  }

  /**
   * Emits when no set-up ends, because a modem with a weak power supply breaks down at each start. The callers that
   * wait for a set-up then fail.
   */
  private tooLong(): Observable<unknown> {
    return this.parts.state.status$.pipe(
      switchOnChange(
        ({ modem }) => modem === 'starting',
        (isStarting) => (isStarting ? timer(longestStart, this.options.scheduler) : EMPTY),
      ),
    );
  }

  private interrupt(error: OSError): void {
    const { wire, executor, links, stations, state } = this.parts;
    // First, so that a program that opens a new connection on hearing of the loss waits for the set-up.
    state.starting();
    stations.clear();
    wire.isSetUp = false;
    links.loseAll(error);
    executor.interrupt(error);
  }

  private closing(): Observable<never> {
    const { uart, trace } = this.parts;
    const closeLine$ = defer(() => {
      this.running?.unsubscribe();
      trace.end();
      return uart.close();
    });
    return concat(closeLinks(this.parts, this.options.scheduler), closeLine$).pipe(ignoreElements(), runOnce());
  }

  private goDown(error: OSError): void {
    this.parts.state.down(error);
    this.parts.server.lose(error);
  }

  private dialNow(): void {
    // The callers wait for the result of the attempt.
    this.parts.state.starting();
    this.parts.redialer.dialNow();
  }
}

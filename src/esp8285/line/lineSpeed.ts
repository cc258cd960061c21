import {
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  type Observable,
  type SchedulerLike,
  take,
  throwError,
  timeout,
  TimeoutError,
  timer,
} from 'rxjs';

import type { Uart } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import { lineError } from './lineError';

/** Milliseconds after a change of the line before the next byte. The firmware needs more than 10. */
export const settling = 20;
/** Milliseconds that the line may take for a change: a server of RFC 2217 has five seconds by default. */
const longestChange = 6_000;
/** Milliseconds for the answer to a line end. */
const clearing = 30;
/** Milliseconds that the modem has at each speed, if it may have several. It answers `AT` within 20. */
const patienceEach = 1_000;
/** The speeds that some firmware accepts. */
const [lowest, highest] = [80, 5_000_000];
/** How far two speeds may differ and still be one: a UART tolerates a few per cent, and its divider needs them. */
const tolerance = 0.03;

/** What the line reports, and what it is asked for. */
export interface LineSpeedContext {
  readonly clock: SchedulerLike;
  /** Called after each change of the line. */
  readonly changed: (baud: number) => void;
  /** Cold: writes bytes and completes. */
  readonly write: (bytes: Uint8Array) => Observable<never>;
}

/**
 * The speed of this end of the line, and those that the modem may have. A start of the modem brings it back to its own
 * speed, and then neither end understands the other.
 */
export class LineSpeed {
  /** Whether the speed of the modem has to be found, at each set-up. */
  isSought = false;

  /** The modem's own speed, since it was found, or since this end has changed its own for the first time. */
  private first: number | undefined;
  private wish: number | undefined;
  /** When the search for the fastest good speed has begun; it goes on after a restart of the modem. */
  private searchedSince: number | undefined;
  /** Speeds that the modem was told, and may have. */
  private readonly told = new Set<number>();
  /** Speeds that this end has had. */
  private readonly had = new Set<number>();
  /** Speeds that the line or the modem could not use. */
  private readonly unusable = new Set<number>();

  constructor(
    private readonly uart: Uart,
    private readonly context: LineSpeedContext,
  ) {}

  /** Bits per second; `undefined` for a line that does not know it. */
  get current(): number | undefined {
    return this.uart.baudRate;
  }

  /** The speed that the program wants; `undefined` if the line keeps the one that it has. */
  get wanted(): number | undefined {
    return this.wish;
  }

  /** Whether the speed can be changed from here. A line that leaves its speed out never knows it. */
  get isChangeable(): boolean {
    return this.uart.setBaudRate !== undefined && 'baudRate' in this.uart;
  }

  /** Cold: completes when the line is open. Before that, it may not know its speed. */
  get opened$(): Observable<never> {
    return this.uart.readiness$.pipe(
      filter(({ writable }) => writable),
      take(1),
      ignoreElements(),
    );
  }

  /** Whether the line has another speed than a modem that has started again. */
  get isRaised(): boolean {
    const { own, current } = this;
    return own !== undefined && current !== undefined && !isSameSpeed(own, current);
  }

  /** The other speeds that the modem may have. A line whose speed was never to be changed has none. */
  get others(): readonly number[] {
    const { own, wanted, current } = this;
    if (wanted === undefined || own === undefined || current === undefined) return [];
    const all = [own, wanted, ...this.told].filter((baud) => !isSameSpeed(baud, current));
    return all.filter((baud, index) => all.findIndex((other) => isSameSpeed(other, baud)) === index);
  }

  /** Whether this end has had the speed before. */
  hasHad(baud: number): boolean {
    return this.had.has(baud);
  }

  /** Whether the modem and the line may have this speed, as far as is known. */
  isUsable(baud: number): boolean {
    return !this.unusable.has(baud);
  }

  /** The line or the modem cannot use this speed. Nothing tries it again, until the program wants it anew. */
  exclude(baud: number): void {
    this.unusable.add(baud);
  }

  /**
   * The program wants this speed, also if it could not be used before. Throws `EINVAL` for a speed that no modem accepts,
   * and `EOPNOTSUPP` for a line whose speed cannot be changed from here.
   */
  want(baud: number | 'auto', syscall: string): void {
    if (baud !== 'auto' && (!Number.isInteger(baud) || baud < lowest || baud > highest)) {
      const message = `${syscall}: baud is a whole number from ${lowest} to ${highest}, or 'auto', not ${baud}`;
      throw new OSError('EINVAL', syscall, message);
    }
    if (!this.isChangeable) throw this.fixedError(syscall);
    if (baud === 'auto') {
      this.isSought = true;
      return;
    }
    this.wish = baud;
    this.searchedSince = undefined;
    this.unusable.clear();
  }

  /** The error of a line whose speed cannot be changed from here. */
  fixedError(syscall: string): OSError {
    const line = this.uart.port === undefined ? 'this line' : `the line ${this.uart.port}`;
    const advice = 'for a raw serial server, use rfc2217://host:port if it has that, or set the speed at the server';
    const message = `${syscall}: the speed of ${line} cannot be changed from here; ${advice}`;
    return new OSError('EOPNOTSUPP', syscall, message);
  }

  /** The modem is told to use this speed. It may have it from now on. */
  tell(baud: number): void {
    this.told.add(baud);
  }

  /** The line has the speed of a modem whose speed was not known. */
  found(baud: number): void {
    this.first = baud;
  }

  /** Whether the search for the fastest good speed may go on. It begins with the first call. */
  maySearch(longest: number): boolean {
    this.searchedSince ??= this.context.clock.now();
    return this.context.clock.now() - this.searchedSince < longest;
  }

  /** The modem is known to have the current speed, and the search for a faster one is over. */
  agreed(): void {
    this.searchedSince = undefined;
    this.told.clear();
    if (this.current !== undefined) this.told.add(this.current);
  }

  /**
   * Cold: changes the speed of this end, waits until the other end is ready for the next byte, and completes. What the
   * modem has heard at another speed is noise. A line end makes it refuse that, so that the next command stands alone.
   * Errors with the error of the line.
   */
  change(baud: number): Observable<never> {
    const late = () => {
      const message = `the line has not changed its speed to ${baud} baud in ${longestChange} ms`;
      return new OSError('ETIMEDOUT', 'modem', message);
    };
    const changing$ = defer(() => this.uart.setBaudRate?.(baud) ?? EMPTY).pipe(
      ignoreElements(),
      timeout({ first: longestChange, scheduler: this.context.clock, with: () => throwError(late) }),
      catchError((error: unknown) => throwError(() => lineError(error))),
    );
    const changed$ = defer(() => {
      this.had.add(baud);
      this.context.changed(baud);
      return concat(this.pause(settling), this.context.write(Buffer.from('\r\n')), this.pause(clearing));
    });
    return defer(() => {
      if (this.current === baud) return EMPTY;
      this.first ??= this.current;
      return concat(changing$, changed$);
    });
  }

  /**
   * Cold: asks the modem at the speed of the line. If it is silent, asks it at the other speeds that it may have,
   * because it may have started again, or a program that has crashed may have left it at one of them. The line keeps the
   * speed at which the modem answers. If it answers at none, the line goes back, and the error is the first one.
   *
   * @param patience Milliseconds that the modem has at the speed of the line.
   * @param ask Cold: asks. Errors with a `TimeoutError` when the modem is silent for the given time.
   */
  atAny<T>(patience: number, ask: (patience: number) => Observable<T>): Observable<T> {
    return defer(() => ask(this.others.length > 0 ? Math.min(patience, patienceEach) : patience)).pipe(
      catchError((silence: unknown) => {
        const { current, others } = this;
        if (current === undefined || !(silence instanceof TimeoutError)) return throwError(() => silence);
        const nowhere$ = concat(
          this.change(current),
          throwError(() => silence),
        );
        return others.reduceRight<Observable<T>>(
          (otherwise$, baud) =>
            concat(this.change(baud), ask(patienceEach)).pipe(
              catchError((error: unknown) => (error instanceof TimeoutError ? otherwise$ : throwError(() => error))),
            ),
          nowhere$,
        );
      }),
    );
  }

  /** Cold: goes back to the speed that the modem has after a start. */
  restore(): Observable<never> {
    return defer(() => (this.own === undefined || this.others.length === 0 ? EMPTY : this.change(this.own)));
  }

  /**
   * The speed of a modem that has started. It is that of the line, as long as this end has not changed it; the line of another
   * machine tells its speed only when it is open.
   */
  private get own(): number | undefined {
    return this.first ?? this.current;
  }

  private pause(milliseconds: number): Observable<never> {
    return timer(milliseconds, this.context.clock).pipe(ignoreElements());
  }
}

/** Whether two ends with these speeds understand each other. */
export function isSameSpeed(one: number, other: number): boolean {
  return Math.abs(one / other - 1) <= tolerance;
}

/** Whether an error of {@link LineSpeed.change} says that the line cannot have the speed, and not that the line is lost. */
export function isSpeedRefused(error: unknown): error is OSError {
  return error instanceof OSError && (error.code === 'EINVAL' || error.code === 'ETIMEDOUT');
}

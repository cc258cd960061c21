import { BehaviorSubject, defer, distinctUntilChanged, EMPTY, Observable, Subject, throwError } from 'rxjs';

import { type LineHint, type Readiness, sameReadiness, type Uart } from '../../streams';
import { lowWater, type PacedLine } from './pacedLine';

/**
 * The error of a serial line to a virtual modem. When the line has ended, its `rx$` and every later write fail with it.
 */
export class LineError extends Error {
  /** `'LineError'`, which distinguishes it from other errors. */
  override readonly name = 'LineError';

  constructor(
    /** `ENODEV` when the line was pulled out, `EBADF` when it was closed, `EINVAL` for a speed that is none. */
    readonly code: 'ENODEV' | 'EBADF' | 'EINVAL',
    message: string,
  ) {
    super(message);
  }
}

/** The port's receive buffer, in bytes, as in the driver of a real port. While the host holds the line, more are lost. */
const portBuffer = 4096;

/** The modem's side of the port. */
export interface PortWiring {
  readonly toModem: PacedLine;
  /** How long bytes from the modem are collected, in milliseconds. */
  readonly collectsFor: number;
  /** Sets the port's RTS line: whether the modem may send, if it uses flow control. */
  readonly readyToReceive: (ready: boolean) => void;
  /** The speed of the host's end of the line, in bits per second. */
  readonly baud: () => number;
  readonly setBaud: (baud: number) => void;
  readonly switchOff: () => void;
  /** Says whether the timers and the sockets of the modem keep the program running. */
  readonly reference: (isReferenced: boolean) => void;
}

/** The host's end of the line to a virtual modem. */
export interface EmulatorUart extends Uart {
  /** The reasons why the modem refuses commands. No firmware would say them over the line. */
  readonly hints$: Observable<LineHint>;
  /** The speed of the host's end of the line, in bits per second. Until it is set, it is the modem's. */
  readonly baudRate: number;
  /**
   * Sets the speed of the host's end of the line, once everything written before has left, and completes. At another
   * speed than the modem's, each side reads noise. Errors with a {@link LineError}.
   */
  readonly setBaudRate: (baudRate: number) => Observable<never>;
  /**
   * Lowers RTS (`true`), or raises it. A modem without flow control goes on sending, and what does not fit into the port's
   * buffer of 4 KB is lost.
   */
  readonly hold: (held: boolean) => void;
  /** The timers and the connections of the modem keep the program running, which is the default. */
  readonly ref: () => void;
  /**
   * The timers and the connections of the modem do not keep the program running, if its `scheduler` and its `network` have
   * `unref`. The default network has it.
   */
  readonly unref: () => void;
  /** Copies and sends bytes. Completes when the line can take more; errors with a {@link LineError}. */
  write(bytes: Uint8Array): Observable<never>;
  /** Switches the modem off, and completes. Closing twice is not an error. */
  close(): Observable<never>;
}

/** The port behind the host's end of the line. */
export class HostPort implements EmulatorUart {
  private readonly received = new Subject<Uint8Array>();
  readonly rx$ = this.received.asObservable();
  private readonly hints = new Subject<LineHint>();
  readonly hints$ = this.hints.asObservable();
  private readonly state = new BehaviorSubject<Readiness>({
    readable: false,
    writable: true,
    hangup: false,
    error: false,
  });
  readonly readiness$ = this.state.pipe(distinctUntilChanged(sameReadiness));
  /** Milliseconds, as for a serial port of this machine. */
  readonly longestPause = 100;
  readonly collectsFor: number;
  private waiting: Subject<never>[] = [];
  private end: LineError | undefined;
  private held = false;
  private readonly kept: Buffer[] = [];
  private keptBytes = 0;

  constructor(private readonly wiring: PortWiring) {
    this.collectsFor = wiring.collectsFor;
  }

  readonly hold = (held: boolean): void => {
    this.held = held;
    this.keptBytes = 0;
    // First, because the modem may go on at once.
    for (const chunk of this.kept.splice(0)) this.receive(chunk);
    this.wiring.readyToReceive(!this.held);
  };

  readonly ref = (): void => this.wiring.reference(true);

  readonly unref = (): void => this.wiring.reference(false);

  get baudRate(): number {
    return this.wiring.baud();
  }

  readonly setBaudRate = (baudRate: number): Observable<never> =>
    new Observable((subscriber) => {
      const isSpeed = Number.isInteger(baudRate) && baudRate > 0;
      const error = this.end ?? (isSpeed ? undefined : new LineError('EINVAL', `${baudRate} is not a baud rate`));
      if (error !== undefined) {
        subscriber.error(error);
        return;
      }
      this.wiring.toModem.pushAction(() => {
        this.wiring.setBaud(baudRate);
        subscriber.complete();
      });
    });

  write(bytes: Uint8Array): Observable<never> {
    const { end } = this;
    if (end !== undefined) return throwError(() => end);
    // A copy, because the caller may reuse its buffer once this has settled, and the line may take the bytes later.
    const { toModem } = this.wiring;
    toModem.push(Buffer.from(bytes));
    if (toModem.backlog <= lowWater) return EMPTY;
    const done = new Subject<never>();
    this.waiting.push(done);
    this.state.next({ ...this.state.value, writable: false });
    return done;
  }

  close(): Observable<never> {
    return defer(() => {
      this.wiring.switchOff();
      return EMPTY;
    });
  }

  /** Takes bytes from the modem that have come through the line. */
  receive(chunk: Buffer): void {
    if (this.end !== undefined) return;
    if (!this.held) {
      this.received.next(chunk);
      return;
    }
    const fitting = chunk.subarray(0, portBuffer - this.keptBytes);
    this.kept.push(fitting);
    this.keptBytes += fitting.length;
  }

  /** Emits a hint. */
  tell(hint: LineHint): void {
    this.hints.next(hint);
  }

  /** Settles the writes that wait, because the line to the modem can take more. */
  drained(): void {
    if (this.waiting.length === 0) return;
    const settled = this.waiting.splice(0);
    if (this.end === undefined) this.state.next({ ...this.state.value, writable: true });
    for (const done of settled) done.complete();
  }

  /** Ends the line for the host: it was closed, or pulled out. */
  finish(error: LineError): void {
    if (this.end !== undefined) return;
    this.end = error;
    const unplugged = error.code === 'ENODEV';
    this.state.next({ readable: true, writable: true, hangup: true, error: unplugged });
    for (const done of this.waiting.splice(0)) done.error(error);
    if (unplugged) this.received.error(error);
    else this.received.complete();
  }
}

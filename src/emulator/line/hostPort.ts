import { BehaviorSubject, defer, distinctUntilChanged, EMPTY, type Observable, Subject, throwError } from 'rxjs';

import { type Readiness, sameReadiness, type Uart } from '../../streams';
import { type Lane, lowWater } from './pacedLine';
import type { Hint } from '../simulation/report';

/** The line is gone: `ENODEV` when it was pulled out, `EBADF` when it was closed. */
export class LineError extends Error {
  override readonly name = 'LineError';

  constructor(
    readonly code: 'ENODEV' | 'EBADF',
    message: string,
  ) {
    super(message);
  }
}

/** Bytes that a port keeps for a host that does not take them, as the driver of a real one does. More are lost. */
const portBuffer = 4096;

/** What a port is wired to. */
export interface PortWiring {
  readonly toModem: Lane;
  /** The port's RTS wire: whether the modem may send, if it looks at it. */
  readonly readyToReceive: (ready: boolean) => void;
  readonly switchOff: () => void;
}

/** The host's end of the line. */
export class HostPort implements Uart {
  private readonly received = new Subject<Uint8Array>();
  readonly rx$ = this.received.asObservable();
  private readonly hints = new Subject<Hint>();
  /** What the modem knows of itself that it could not say over the line. */
  readonly hints$ = this.hints.asObservable();
  private readonly state = new BehaviorSubject<Readiness>({
    readable: false,
    writable: true,
    hangup: false,
    error: false,
  });
  readonly readiness$ = this.state.pipe(distinctUntilChanged(sameReadiness));
  /** Milliseconds: as a serial port of this machine. */
  readonly longestPause = 100;
  private waiting: Subject<never>[] = [];
  private end: LineError | undefined;
  private held = false;
  private readonly kept: Buffer[] = [];
  private keptBytes = 0;

  constructor(private readonly wiring: PortWiring) {}

  /** Lowers RTS, or raises it. A modem that does not look at it sends on, into the port's buffer. */
  readonly hold = (held: boolean): void => {
    this.held = held;
    this.keptBytes = 0;
    // First, for the modem may go on at once.
    for (const chunk of this.kept.splice(0)) this.receive(chunk);
    this.wiring.readyToReceive(!this.held);
  };

  write(bytes: Uint8Array): Observable<never> {
    const { end } = this;
    if (end !== undefined) return throwError(() => end);
    // A copy: the caller may use its buffer again once this has settled, and the line may not have taken it by then.
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

  /** Bytes from the modem have come through the line. */
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

  /** Something to be said beside the line. */
  tell(hint: Hint): void {
    this.hints.next(hint);
  }

  /** The line to the modem can take more. */
  drained(): void {
    if (this.waiting.length === 0) return;
    const settled = this.waiting.splice(0);
    if (this.end === undefined) this.state.next({ ...this.state.value, writable: true });
    for (const done of settled) done.complete();
  }

  /** The line ends for the host: in order, or because it was pulled out. */
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

import type { Observable, ObservableInput } from 'rxjs';

import type { Readiness } from './state/readiness';

/** What a person can do about a line that is not as it should be; for messages, so each begins in small letters. */
export interface LineAdvice {
  /** Bytes get lost on it, or changed: `'lower the baud rate'`. */
  readonly loss: string;
  /** It falls silent in the middle of what is printed without a pause. */
  readonly silence: string;
}

/** What the other side says beside the line; see {@link Uart.hints$}. */
export interface LineHint {
  readonly message: string;
  /** The operating system's word for it, where it has one: `'EADDRINUSE'`. */
  readonly code?: string;
}

/**
 * A serial line, whatever carries it: bytes in, bytes out, and an end. A serial port, a TCP connection to `ser2net`,
 * the virtual modem and a scripted line in a test all have this shape.
 */
export interface Uart {
  /**
   * The bytes received, in chunks of any size. Hot: bytes come whether or not anyone listens. Completes after
   * {@link Uart.close}; errors when the port is lost or could not be opened, and tells a late subscriber so too,
   * until it has been opened again.
   */
  readonly rx$: Observable<Uint8Array>;

  /** What carries it, for messages and inspection: `'/dev/ttyUSB0'`. */
  readonly port?: string;

  /** What could be done on the line right now, without waiting. Replays the current state. */
  readonly readiness$: Observable<Readiness>;

  /**
   * What the line has to tell of itself that is no failure: a setting that its server has made otherwise, for one. Tells a
   * late subscriber what it has told since it was opened. Never errors. An interface shows it in `trace$`.
   */
  readonly notices$?: Observable<string>;

  /**
   * Sends bytes, in the order of the calls, and settles when the line can take more. Call it once for each write and
   * subscribe to what it returns, as in `defer(() => uart.write(bytes))`.
   */
  write(bytes: Uint8Array): ObservableInput<unknown>;

  /**
   * Takes no more bytes off the line, so that its flow control stops the other side, or takes them again. Only where the
   * line has flow control; a few bytes that are on their way may still come.
   */
  readonly hold?: (held: boolean) => void;

  /**
   * Milliseconds that the line may pause within what its sender printed without a pause: 100 on a port of this machine,
   * seconds over a network, which sends again what it has lost. A longer pause means that the sender was cut off. Default:
   * whatever who reads the line thinks fit.
   */
  readonly longestPause?: number | undefined;

  /**
   * Why the other side does not do what it is asked, told beside the line, and ahead of its answer: a virtual modem knows
   * more than AT commands have words for. Hot.
   */
  readonly hints$?: Observable<LineHint> | undefined;

  /** For messages about what the line has lost. Default: advice for a serial port. */
  readonly advice?: LineAdvice | undefined;

  /**
   * Opens the line anew, lost or silent, and settles when it is open; errors with what stands in the way, `EBADF` for one
   * that has been closed. Call it once for each attempt and subscribe to what it returns. From then on who subscribes to
   * {@link Uart.rx$} has the bytes of the line that is open, and {@link Uart.readiness$} is its state. Where a line has it,
   * an interface opens its line again by itself; without it, a lost line is lost for good.
   */
  readonly reopen?: () => ObservableInput<unknown>;

  /** Closes the line and settles when it is free for another program. Closing twice is no error. */
  close(): ObservableInput<unknown>;
}

import type { Observable, ObservableInput } from 'rxjs';

import type { Readiness } from './state/readiness';

/** What a person can do about a bad line. The texts end sentences of error messages, so they begin in lower case. */
export interface LineAdvice {
  /** For a line that loses or changes bytes: `'lower the baud rate'`. */
  readonly loss: string;
  /** For a line that falls silent in the middle of a message. */
  readonly silence: string;
}

/** The reason for an answer of the other side, which comes beside the line; see {@link Uart.hints$}. */
export interface LineHint {
  /** The reason, as a sentence for a person. */
  readonly message: string;
  /** The operating system's code for it, where it has one: `'EADDRINUSE'`. */
  readonly code?: string;
}

/**
 * A serial line: bytes in, bytes out, and an end. A serial port, a TCP connection to `ser2net`, the virtual modem and a
 * scripted line in a test all have this shape.
 */
export interface Uart {
  /**
   * The bytes received, in chunks of any size. Hot: bytes arrive whether or not there is a subscriber. Completes after
   * {@link Uart.close}. Errors when the port is lost or cannot be opened; a late subscriber gets the same error, until
   * the line has been opened again.
   */
  readonly rx$: Observable<Uint8Array>;

  /** The name of the port, for messages and inspection: `'/dev/ttyUSB0'`. */
  readonly port?: string;

  /**
   * The speed of this end of the line, in bits per second. A line that does not know it leaves it out. It is `undefined` as long
   * as the line is not open, if the line learns it only then.
   */
  readonly baudRate?: number | undefined;

  /**
   * Changes the speed of this end of the line, in bits per second, once everything written before has been sent. The
   * other end has to be told beforehand. Settles when the line has the speed. Errors with `EINVAL` when it cannot have
   * it; the line then keeps the one that it has. A line that is opened again begins at its first speed. Call it once for
   * each change and subscribe to the result. A line whose speed cannot be changed from here does not have this method.
   */
  readonly setBaudRate?: (baudRate: number) => ObservableInput<unknown>;

  /** What could be done on the line now, without waiting; replays the current state. */
  readonly readiness$: Observable<Readiness>;

  /**
   * Notices about the line that are not failures, each a sentence, such as that a server has refused a setting. Replays
   * the notices since the line was opened. Never errors. An interface shows it in `trace$`.
   */
  readonly notices$?: Observable<string>;

  /**
   * Sends bytes, in the order of the calls. Settles when the line can take more; errors when it is lost or closed. Call
   * it once for each write and subscribe to the result, as in `defer(() => uart.write(bytes))`.
   */
  write(bytes: Uint8Array): ObservableInput<unknown>;

  /**
   * The same as {@link Uart.write}, as a cold observable. A line whose `write` returns a promise has it for the driver of the
   * modem, which writes often, because a promise takes more processor time. Whoever replaces one of the two replaces both.
   */
  readonly write$?: (bytes: Uint8Array) => Observable<unknown>;

  /**
   * Stops reading from the line (`true`), so that its flow control stops the sender, or reads on (`false`). A few bytes
   * that are on their way may still arrive. Only a line with flow control has this method.
   */
  readonly hold?: (held: boolean) => void;

  /**
   * Tells the line how many bytes are certainly under way, such as the rest of a block. Until then a line with this
   * method may collect what some milliseconds bring, and pass it on in larger chunks, which takes less processor time.
   * It does not delay the last of these bytes. Each call replaces the number of the last one; with 0, bytes are passed
   * on at once, as without a call. A number that is too large delays bytes by some milliseconds at most. Serial ports on
   * Linux and macOS have this method; lines over a network and the virtual modem have no use for it.
   */
  readonly expect?: (bytes: number) => void;

  /**
   * The longest pause, in milliseconds, that the line may put into what its sender prints without a pause: 100 for a
   * local port; seconds for a network, which sends lost packets again, and for a pseudo-terminal, whose program may have
   * to wait for the processor. A longer pause means that the sender was cut off. Default: the reader of the line
   * decides; the driver of the modem takes 500.
   */
  readonly longestPause?: number | undefined;

  /**
   * How long, in milliseconds, the hardware of the line may collect bytes before it hands them over: 16 for the USB adapters
   * of FTDI, unless they are set to something else; 0 where nothing collects any. The reader of the line waits a little
   * longer where it has to know whether more bytes follow. Default: 16.
   */
  readonly collectsFor?: number | undefined;

  /**
   * The reasons why the other side refuses requests. Each comes beside the line, before the answer, because a virtual
   * modem knows more than AT commands can say. Hot.
   */
  readonly hints$?: Observable<LineHint> | undefined;

  /** What messages about lost bytes advise. Default: advice for a serial port. */
  readonly advice?: LineAdvice | undefined;

  /**
   * Opens the line again after it was lost or has fallen silent, and settles when it is open. Errors with the reason if
   * it cannot be opened, with `EBADF` if it has been closed. Call it once for each attempt and subscribe to the result.
   * From then on, new subscribers of {@link Uart.rx$} get the bytes of the new line, and {@link Uart.readiness$} is its
   * state. The driver of the modem uses it by itself. A line without this method is lost for good.
   */
  readonly reopen?: () => ObservableInput<unknown>;

  /**
   * Says that the open line keeps the program running, or that it does not (`unref`), as for a handle of Node.js. A line
   * keeps it running until `unref` is called; one without these methods always does, or never. Both may be called at any
   * time, and stay in force when the line is opened again.
   */
  readonly ref?: () => void;
  /** Says that the open line does not keep the program running; see {@link Uart.ref}. */
  readonly unref?: () => void;

  /** Closes the line and settles when another program can open it. Closing it twice is not an error. */
  close(): ObservableInput<unknown>;
}

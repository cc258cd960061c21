import type { Observable, ObservableInput } from 'rxjs';

import type { Readiness } from './readiness';

/**
 * A serial line, whatever carries it: bytes in, bytes out, and an end. A serial port, a TCP connection to `ser2net`,
 * the virtual modem and a scripted line in a test all have this shape.
 */
export interface Uart {
  /**
   * The bytes received, in chunks of any size. Hot: bytes come whether or not anyone listens. Completes after
   * {@link Uart.close}; errors when the port is lost or could not be opened, and tells a late subscriber so too.
   */
  readonly rx$: Observable<Uint8Array>;

  /** What could be done on the line right now, without waiting. Replays the current state. */
  readonly readiness$: Observable<Readiness>;

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

  /** Closes the line and settles when it is free for another program. Closing twice is no error. */
  close(): ObservableInput<unknown>;
}

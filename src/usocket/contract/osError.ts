import { errnoOf, type ErrorCode } from './errno';

/**
 * Every failure of a socket or an interface. The message says what was asked, of whom, what the answer was, and what
 * to try.
 *
 *     try { await sock.recv(100); } catch (error) { if (error.code === 'ETIMEDOUT') … }
 *
 * @see The socket document, `socket.settimeout()`: a time-out raises `OSError` directly, not a subclass of it.
 */
export class OSError extends Error {
  override readonly name = 'OSError';
  /** MicroPython's number, positive; negative for a failure of `getaddrinfo`. */
  readonly errno: number;
  /** As in Python: `error.args[0]` is the number. */
  readonly args: readonly [number];

  /**
   * @param code The symbolic name, `'ETIMEDOUT'`.
   * @param syscall The call that failed, `'recv'`.
   */
  constructor(
    readonly code: ErrorCode,
    readonly syscall: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.errno = errnoOf[code];
    this.args = [this.errno];
  }
}

/** Makes the error of a call. Its message begins with the name of the call. */
export function callError(syscall: string, code: ErrorCode, reason: string, options?: ErrorOptions): OSError {
  return new OSError(code, syscall, `${syscall}: ${reason}`, options);
}

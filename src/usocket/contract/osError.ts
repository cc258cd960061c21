import { errnoOf, type ErrorCode } from './errno';

/**
 * The failure of a call of a socket or an interface. The message names the call, the peer or the interface, its answer,
 * and what to try. `cause` is the error of the layer below, where there is one.
 *
 *     try {
 *       await sock.recv(100);
 *     } catch (error) {
 *       if (!(error instanceof OSError) || error.code !== 'ETIMEDOUT') throw error;
 *     }
 *
 * @see The socket document, `socket.settimeout()`: a time-out raises `OSError` itself, not a subclass.
 */
export class OSError extends Error {
  /** Always `'OSError'`, so that a text of the error begins with the name of its class. */
  override readonly name = 'OSError';
  /** The number that MicroPython has for `code`. It is negative for a failure of `getaddrinfo`. */
  readonly errno: number;
  /** A list with `errno` alone, because programs in Python read `error.args[0]`. */
  readonly args: readonly [number];

  /**
   * @param message Usually begins with the name of the call, `'recv: …'`.
   * @param options.cause The error of the layer below.
   */
  constructor(
    /** The symbolic name, `'ETIMEDOUT'`. */
    readonly code: ErrorCode,
    /** The name of the call that has failed, `'recv'`. */
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

/**
 * Gives the error of a call its name, if the interface was closed meanwhile. That ends all calls with the same error, which
 * has the name of none of them. Other errors are returned unchanged.
 */
export function ofCall(syscall: string, error: unknown): unknown {
  if (!(error instanceof OSError) || error.code !== 'EBADF' || error.syscall === syscall) return error;
  const named = `${error.syscall}: `;
  return callError(syscall, error.code, error.message.slice(error.message.startsWith(named) ? named.length : 0));
}

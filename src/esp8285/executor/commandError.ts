import { catchError, type MonoTypeOperatorFunction, throwError } from 'rxjs';

import { isErrorCode } from '../../usocket/contract/errno';
import { OSError } from '../../usocket/contract/osError';
import { Refusal } from './answer';
import { Unanswered } from './unanswered';

/**
 * Makes an `OSError` of the failure of a command, for a call that gives it no special meaning. Its code is the one that
 * the modem gives beside the line, `ETIMEDOUT` when the modem did not answer, and `EIO` otherwise. Other errors are
 * returned unchanged.
 */
export function commandError(syscall: string, cause: unknown): unknown {
  if (!(cause instanceof Refusal || cause instanceof Unanswered)) return cause;
  const told = cause instanceof Refusal ? cause.hint?.code : undefined;
  const code = isErrorCode(told) ? told : cause instanceof Unanswered ? 'ETIMEDOUT' : 'EIO';
  return new OSError(code, syscall, `${syscall}: ${cause.message}`, { cause });
}

/** Converts the error of an operation with {@link commandError}. */
export function withCommandError<T>(syscall: string): MonoTypeOperatorFunction<T> {
  return catchError((cause: unknown) => throwError(() => commandError(syscall, cause)));
}

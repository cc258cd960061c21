import { catchError, type MonoTypeOperatorFunction, throwError } from 'rxjs';

import { isErrorCode } from '../../usocket/contract/errno';
import { OSError } from '../../usocket/contract/osError';
import { Refusal } from './answer';
import { Unanswered } from './unanswered';

/**
 * Makes an `OSError` of a command's failure that has no meaning of its own: what the modem says of it beside the
 * line, `ETIMEDOUT` or `EIO`.
 */
export function commandError(syscall: string, cause: unknown): unknown {
  if (!(cause instanceof Refusal || cause instanceof Unanswered)) return cause;
  const told = cause instanceof Refusal ? cause.hint?.code : undefined;
  const code = isErrorCode(told) ? told : cause instanceof Unanswered ? 'ETIMEDOUT' : 'EIO';
  return new OSError(code, syscall, `${syscall}: ${cause.message}`, { cause });
}

/** Ends an operation whose command fails with {@link commandError}. */
export function withCommandError<T>(syscall: string): MonoTypeOperatorFunction<T> {
  return catchError((cause: unknown) => throwError(() => commandError(syscall, cause)));
}

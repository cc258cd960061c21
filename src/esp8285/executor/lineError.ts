import { type ErrorCode, isErrorCode } from '../../usocket/contract/errno';
import { OSError } from '../../usocket/contract/osError';

/** What has happened to the line, as an `OSError`. */
export function lineError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OSError(codeOf(error) ?? 'EIO', 'modem', message, { cause: error });
}

/** The code of an error that another implementation of `Uart` gives. */
function codeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

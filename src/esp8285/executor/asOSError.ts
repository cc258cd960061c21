import { type ErrorCode, isErrorCode } from '../../usocket/contract/errno';
import { OSError } from '../../usocket/contract/osError';

/** What has become of the line, as an `OSError`. */
export function asOSError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OSError(codeOf(error) ?? 'EIO', 'modem', message, { cause: error });
}

/** A line of another make says by its `code` what has happened, too. */
function codeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

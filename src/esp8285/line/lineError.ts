import { type ErrorCode, isErrorCode } from '../../usocket/contract/errno';
import { messageOf } from '../../usocket/contract/messageOf';
import { OSError } from '../../usocket/contract/osError';

/** Makes an `OSError` of an error of the line. */
export function lineError(error: unknown): OSError {
  if (error instanceof OSError) return error;
  return new OSError(codeOf(error) ?? 'EIO', 'modem', messageOf(error), { cause: error });
}

/** The code of an error from another implementation of `Uart`. */
function codeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

import { systemCode } from '../node/native/systemErrors';
import type { OSError } from '../usocket/contract/osError';

/** The error of something that cannot go through a modem, in the form of Node.js. Its message says what to do. */
export function refusal(syscall: string, cause: OSError): NodeJS.ErrnoException {
  const { code, errno } = systemCode(cause);
  return Object.assign(new Error(`${syscall} ${code}: ${cause.message}`, { cause }), { code, errno, syscall });
}

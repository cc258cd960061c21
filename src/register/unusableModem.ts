import { messageOf } from '../usocket/contract/messageOf';
import type { ErrorCode } from '../usocket/contract/errno';
import { OSError } from '../usocket/contract/osError';

/** What a modem or its line fails with, and no peer does. */
const ownCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'EACCES',
  'EBUSY',
  'EINVAL',
  'EIO',
  'ENETUNREACH',
  'ENODEV',
  'EOPNOTSUPP',
  'EPROTO',
]);

/**
 * The failure of everything that needs a modem that cannot be used. `ECONNREFUSED` of a serial server becomes `ENODEV`,
 * because a program would take it for the answer of the host that it connects to.
 *
 * @param code What it is if its own code is one that a peer has.
 */
export function unusable(cause: unknown, code: 'ENODEV' | 'ENETUNREACH' = 'ENODEV'): OSError {
  if (cause instanceof OSError && ownCodes.has(cause.code)) return cause;
  return new OSError(code, 'register', messageOf(cause), { cause });
}

/**
 * Tells on standard error why a modem cannot be used, because many programs print no more of an error than its message, and
 * that of Node.js is `getaddrinfo ENODEV host.example`. A program that tries again and again is told once.
 */
export class UnusableModemWarning {
  private told: string | undefined;

  /** The modem could not be opened. */
  give(error: OSError): void {
    if (this.told === error.message) return;
    this.told = error.message;
    const warning = `Nothing can leave this program, because its modem cannot be used: ${error.message}`;
    process.emitWarning(warning, { code: 'RX_USOCKET_MODEM' });
  }

  /** The modem is open, so another failure is news. */
  reset(): void {
    this.told = undefined;
  }
}

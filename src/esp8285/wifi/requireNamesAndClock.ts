import { OSError } from '../../usocket/contract/osError';
import type { Dialect } from '../commands/dialect';

/** Throws `EOPNOTSUPP` for a firmware that is older than the commands for name servers, host name and clock. */
export function requireNamesAndClock({ namesAndClock, version }: Dialect, syscall: string): void {
  if (namesAndClock) return;
  const message = `${syscall}: the modem's firmware (AT ${version}) cannot do that; AT 1.4 and later can`;
  throw new OSError('EOPNOTSUPP', syscall, message);
}

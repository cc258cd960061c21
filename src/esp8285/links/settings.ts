import { catchError, defer, EMPTY, ignoreElements, type Observable, throwError } from 'rxjs';

import type { StreamSettings } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import type { Command } from '../commands/command';
import type { Dialect } from '../commands/dialect';
import { Refusal } from '../executor/answer';
import { commandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Settlement } from '../executor/turn';
import type { LinkContext } from './linkContext';

/** The longest keep-alive time of `AT+CIPSTART`, in seconds. */
const longestKeepAlive = 7200;

/** Completes if the firmware has these settings. Errors as {@link Nic.checkSettings}. */
export function checkSettings(
  { generation, version }: Dialect,
  { keepAlive = 0, noDelay = false, resets = false }: StreamSettings,
): Observable<never> {
  return defer(() => {
    if (keepAlive > longestKeepAlive) {
      const message = `setsockopt: the modem probes an idle connection after ${longestKeepAlive} s at the latest`;
      throw new OSError('EINVAL', 'setsockopt', `${message}, not after ${keepAlive} s`);
    }
    if (noDelay && generation === 'nonos') throw noNoDelay(`AT ${version}`);
    if (resets && !canReset(generation, version)) {
      const message = `setsockopt: AT ${version} closes no connection with a reset: SO_LINGER with 0 seconds needs AT 1.7`;
      throw new OSError('ENOPROTOOPT', 'setsockopt', message);
    }
    return EMPTY;
  });
}

/** AT 1.7 has `AT+CIPCLOSEMODE`, and ESP-AT 2.1 has `AT+CIPTCPOPT`. 2.0 alone has neither. */
function canReset(generation: Dialect['generation'], version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return generation === 'esp-at' ? !(major === 2 && minor === 0) : major === 1 && minor >= 7;
}

/** The command that chooses how a link number is closed: with a reset of its connection, or in order. */
export function closeModeOf(dialect: Dialect | undefined, link: number, resets: boolean): Command {
  return (dialect?.generation === 'esp-at' ? common.linger : common.closeMode)(link, resets);
}

/**
 * Turns `TCP_NODELAY` of a link on or off, and completes.
 *
 * @param settled See {@link Executor.run}. It is not called when there is nothing to say to the modem.
 */
export function setNoDelay(
  { executor, dialect }: LinkContext,
  id: number,
  noDelay: boolean,
  settled?: (settlement: Settlement<unknown>) => void,
): Observable<never> {
  return defer(() => {
    if (dialect()?.generation === 'esp-at') return executor.run(simpleExchange(common.noDelay(id, noDelay)), settled);
    if (noDelay) throw noNoDelay('AT 1.x');
    return EMPTY;
  }).pipe(
    ignoreElements(),
    catchError((cause: unknown) =>
      throwError(() =>
        cause instanceof Refusal ? noNoDelay('this firmware', cause) : commandError('setsockopt', cause),
      ),
    ),
  );
}

function noNoDelay(firmware: string, cause?: Refusal): OSError {
  const message = `setsockopt: ${firmware} cannot turn TCP_NODELAY on; send what belongs together in one piece`;
  return new OSError('ENOPROTOOPT', 'setsockopt', cause ? `${message} (${cause.message})` : message, { cause });
}

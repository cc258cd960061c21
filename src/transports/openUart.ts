import type { SchedulerLike } from 'rxjs';

import { OSError } from '../usocket/contract/osError';
import { withoutPassword } from './line/lineName';
import type { ReopenableUart } from './line/reopenableUart';
import type { SerialSettings } from './line/serialSettings';
import { rfc2217Uart } from './rfc2217/rfc2217Uart';
import { serialUart } from './serial/serialUart';
import { tcpUart } from './tcp/tcpUart';

const overNetwork = new Map<string, typeof rfc2217Uart>([
  ['tcp:', tcpUart],
  ['rfc2217:', rfc2217Uart],
]);

/**
 * Opens the serial line with this name, at once. A name without a scheme is a serial port of this machine.
 *
 *     openUart('/dev/ttyUSB0', { baudRate: 115200 })      // a serial port; 'COM3' on Windows
 *     openUart('tcp://192.168.1.9:3000')                  // a raw TCP serial server
 *     openUart('rfc2217://192.168.1.9:2217', { baudRate: 115200 })
 *
 * Errors are those of {@link serialUart}, {@link tcpUart} and {@link rfc2217Uart}.
 *
 * @param settings Ignored for a raw TCP serial server, except `rtscts`.
 * @param scheduler The time of the line. Default: `asyncScheduler`.
 * @throws `EINVAL` at the call for a scheme that is none of these (`emulator:` is opened by the layer above), or an
 *   address without a host or a port.
 */
export function openUart(target: string, settings: SerialSettings = {}, scheduler?: SchedulerLike): ReopenableUart {
  const timed = scheduler ? { scheduler } : {};
  // A single letter before a colon is a drive of Windows.
  const scheme = /^[a-z][a-z0-9+.-]+:/i.exec(target)?.[0].toLowerCase();
  if (scheme === undefined) return serialUart({ path: target, ...settings, ...timed });

  const open = overNetwork.get(scheme);
  if (open === undefined) throw refused(target, `${scheme} is not a known kind of line`);
  const { hostname, port, pathname } = parse(target);
  if (hostname === '' || port === '' || !['', '/'].includes(pathname))
    throw refused(target, `it wants a host and a port, as in ${scheme}//192.168.1.9:3000`);
  return open({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port), ...settings, ...timed });
}

function parse(target: string): URL {
  try {
    return new URL(target);
  } catch {
    // Without the cause, because it contains the whole URL.
    throw refused(target, 'it is not a valid URL');
  }
}

function refused(target: string, why: string): OSError {
  const shown = JSON.stringify(withoutPassword(target));
  return new OSError(
    'EINVAL',
    'open',
    `open ${shown}: ${why}; try /dev/ttyUSB0, COM3, tcp://host:port, rfc2217://host:port or emulator:`,
  );
}

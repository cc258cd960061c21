import { OSError } from '../usocket/contract/osError';
import type { ComPortSettings } from './comPort';
import type { LineUart } from './transportUart';
import { rfc2217Uart } from './rfc2217Uart';
import { serialUart } from './serialUart';
import { tcpUart } from './tcpUart';

/** Speed, framing and wires; a raw TCP line, set up at its server, ignores them, and takes `rtscts` for what is set there. */
export type OpenUartOptions = ComPortSettings;

const overNetwork = new Map<string, typeof rfc2217Uart>([
  ['tcp:', tcpUart],
  ['rfc2217:', rfc2217Uart],
]);

/**
 * Opens the line that a text names, at once:
 *
 *     openUart('/dev/ttyUSB0', { baudRate: 115200 })      // a serial port; 'COM3' on Windows
 *     openUart('tcp://192.168.1.9:3000')                  // a raw TCP serial server
 *     openUart('rfc2217://192.168.1.9:2217', { baudRate: 115200 })
 *
 * What has no scheme is a serial port. Errors as in {@link serialUart}, {@link tcpUart} and {@link rfc2217Uart}.
 *
 * @throws `EINVAL` at the call for a scheme that is none of these (`emulator:` is opened by the layer above), or an
 *   address without host or port.
 */
export function openUart(target: string, options: OpenUartOptions = {}): LineUart {
  // One letter before a colon is a Windows drive.
  const scheme = /^[a-z][a-z0-9+.-]+:/i.exec(target)?.[0].toLowerCase();
  if (scheme === undefined) return serialUart({ path: target, ...options });

  const open = overNetwork.get(scheme);
  if (open === undefined) throw refused(target, `${scheme} is no line that is known here`);
  const { hostname, port, pathname } = parse(target);
  if (hostname === '' || port === '' || !['', '/'].includes(pathname))
    throw refused(target, `it wants a host and a port, as in ${scheme}//192.168.1.9:3000`);
  return open({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port), ...options });
}

function parse(target: string): URL {
  try {
    return new URL(target);
  } catch {
    // Without the cause, which has the whole URL.
    throw refused(target, 'it is no valid URL');
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

/** What a line is opened by, without a name and a password that may be in it. */
export function withoutPassword(target: string): string {
  return target.replace(/\/\/[^/]*@/, '//');
}

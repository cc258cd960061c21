import { OSError } from '../../usocket/contract/osError';

/**
 * Makes the error of a firmware that lacks commands that the driver needs, so that a program knows it before it
 * connects.
 */
export function unusableFirmware(version: string, cause?: Error): OSError {
  const what = version === 'unknown' ? 'its version cannot be read' : `AT ${version}`;
  const message =
    `the modem's firmware is too old, or another one than AT (${what}): it lacks what sockets need; ` +
    'AT 0.21 and later can be used, and ESP-AT';
  return new OSError('EOPNOTSUPP', 'modem', cause ? `${message} (${cause.message})` : message, { cause });
}

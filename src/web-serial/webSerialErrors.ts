import type { ErrorCode } from '../usocket/contract/errno';
import { OSError } from '../usocket/contract/osError';

/** The meanings of the exceptions of `open`, by their names, and what to try. */
const meanings: Readonly<Record<string, readonly [code: ErrorCode, advice: string]>> = {
  InvalidStateError: ['EBUSY', 'this page has it open already; close it there first'],
  NetworkError: [
    'EBUSY',
    'the browser cannot open it; close the program or the page that has it open, and check that the device is plugged in',
  ],
  NotFoundError: ['ENODEV', 'the device is gone; plug it in and choose it again'],
  SecurityError: ['EACCES', 'the page may not use serial ports; it needs https or localhost, and a permission'],
  TypeError: ['EINVAL', 'the browser does not take these settings; try 115200 baud'],
};

/** The error of a port that cannot be opened. */
export function openFailure(name: string, cause: unknown): OSError {
  const unknown = ['EIO', 'unplug the device, plug it in again and retry'] as const;
  const [code, advice] = meanings[partsOf(cause).name] ?? unknown;
  return new OSError(code, 'open', `open ${name}: ${advice} (the browser says: ${textOf(cause)})`, { cause });
}

/** The error of a port that has been unplugged, or whose device has gone otherwise. */
export function lossOf(name: string, cause?: unknown): OSError {
  const said = cause === undefined ? '' : ` (the browser says: ${textOf(cause)})`;
  const told = `the serial port is gone; check that the device is plugged in, then open it again${said}`;
  return new OSError('ENODEV', 'read', `${name}: ${told}`, { cause });
}

/** The error of a speed that a port does not take. */
export function speedFailure(name: string, baudRate: number, cause: unknown): OSError {
  const message = `${name}: the port cannot be set to ${baudRate} baud; try 115200 or 921600 (the browser says: ${textOf(cause)})`;
  return new OSError('EINVAL', 'open', message, { cause });
}

/** What an exception of the browser says. */
export function textOf(cause: unknown): string {
  const { name, message } = partsOf(cause);
  return `${name}, ${message}`;
}

/** A `DOMException` is not an `Error` everywhere. */
function partsOf(cause: unknown): { readonly name: string; readonly message: string } {
  const { name = 'Error', message = String(cause) } = Object(cause) as { name?: string; message?: string };
  return { name, message };
}

import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { atCaller } from '../usocket/contract/callerStack';
import { OSError } from '../usocket/contract/osError';
import { type ReopenableUart, reopenableUart } from '../transports/line/reopenableUart';
import { checkSerialSettings, defaultBaudRate } from '../transports/line/serialSettings';
import { nameOf, type WebSerialPort } from './webSerialPort';
import { webSerialTransport } from './webSerialTransport';

/** How a port of the Web Serial API is set up. */
export interface WebSerialUartOptions {
  /** Bits per second, the same as the modem's. Default: 115200. */
  readonly baudRate?: number;
  /** Data bits of each character. Default: 8. */
  readonly dataBits?: 7 | 8;
  /** The parity bit of each character. Default: `'none'`. */
  readonly parity?: 'none' | 'odd' | 'even';
  /** Stop bits after each character. Default: 1. */
  readonly stopBits?: 1 | 2;
  /** Hardware flow control: each side stops the other one by its RTS signal. Default: false. */
  readonly rtscts?: boolean;
  /** Whether DTR is asserted. Many boards connect it to their reset or boot pin. Default: the browser decides. */
  readonly dtr?: boolean;
  /** Whether RTS is asserted, as with `dtr`. Not together with `rtscts`, which uses the signal. */
  readonly rts?: boolean;
  /**
   * How many bytes the browser keeps for a page that is busy. Default: 65536, because the 255 of the API are 22 ms at
   * 115200 baud.
   */
  readonly bufferSize?: number;
  /** The scheduler of the time that closing may take. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Opens a serial port of the browser, at once. The page asks for the port in the handler of a click, because the browser
 * lets the user choose it:
 *
 *     const port = await navigator.serial.requestPort();
 *     const uart = webSerialUart(port, { baudRate: 115200 });
 *     const nic = await network.ESP8285(uart);
 *
 * Errors, of `rx$` and of every write: `EBUSY` when this page or another program has the port open, `ENODEV` when it is
 * not there or has been unplugged, `EINVAL` when it does not take the settings. A closed line completes `rx$`, and fails a
 * write with `EBADF`. A lost line can be opened again, which an interface does by itself. To change the speed, the browser
 * has to close the port and open it, which some boards take for a reset.
 *
 * @see https://wicg.github.io/serial/
 * @throws `EINVAL` at the call for a baud rate that is not a positive whole number, for `rts` together with `rtscts`, and for
 *   a port that is not one.
 */
export function webSerialUart(port: WebSerialPort, options: WebSerialUartOptions = {}): ReopenableUart {
  atCaller(() => {
    if (typeof port !== 'object' || (port as unknown) === null || !('getInfo' in port)) {
      throw new OSError(
        'EINVAL',
        'open',
        'open: the port is a SerialPort, such as navigator.serial.requestPort() gives',
      );
    }
    checkSerialSettings(nameOf(port), options);
  });
  const { baudRate = defaultBaudRate, rtscts = false, scheduler = asyncScheduler, dtr, rts, ...framing } = options;
  return reopenableUart(() =>
    webSerialTransport({
      port,
      settings: { bufferSize: 65_536, ...framing, baudRate, flowControl: rtscts ? 'hardware' : 'none' },
      signals: { dtr, rts },
      scheduler,
    }),
  );
}

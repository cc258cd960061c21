import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { type ReopenableUart, reopenableUart } from '../line/reopenableUart';
import { checkSerialSettings, defaultBaudRate, type SerialSettings } from '../line/serialSettings';
import type { Transport } from '../line/transportUart';
import { collectingTime } from './collectingTime';
import { withSignals } from './controlSignals';
import { isPseudoTerminal } from './portPath';
import { ReadWait } from './readWait';
import { terminalPort } from './terminalPort';
import { windowsPort } from './windowsPort';

/** A serial port of this machine, and how it is set up. */
export interface SerialUartOptions extends SerialSettings {
  /** `'/dev/ttyUSB0'`, `'/dev/tty.usbserial-10'`, `'COM3'`. */
  readonly path: string;
  /** The scheduler of the time that reads wait. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Milliseconds. A byte takes 1 ms at 9600 baud, adapters collect bytes for up to 16 ms, and the driver of the port
 * keeps the bytes that come while this program is busy.
 */
const longestPause = 100;
/** Milliseconds. Behind a pseudo-terminal is a program, which a busy machine may hold up, and often a network. */
const longestPauseOfProgram = 3_000;

/**
 * Opens a serial port of this machine, at once.
 *
 *     const uart = serialUart({ path: '/dev/ttyUSB0', baudRate: 115200 });
 *     uart.rx$.subscribe(show);
 *     uart.write(Buffer.from('AT\r\n')).subscribe();
 *
 * Errors, of `rx$` and of every write: `ENODEV` when there is no such port or it has been unplugged, `EACCES` when this
 * user may not open it, `EBUSY` when another program has it, `EINVAL` when it does not take the settings. A closed line
 * completes `rx$`, and fails a write with `EBADF`.
 *
 * @throws `EINVAL` at the call for an empty path, a baud rate that is not a positive whole number, or `rts` together with
 *   `rtscts`.
 */
export function serialUart({
  rtscts = false,
  baudRate = defaultBaudRate,
  ...options
}: SerialUartOptions): ReopenableUart {
  const { path } = options;
  if (path === '') throw new OSError('EINVAL', 'open', 'open a serial port: the path is empty; try /dev/ttyUSB0');
  checkSerialSettings(path, { rtscts, baudRate, ...options });
  return reopenableUart(() => serialTransport({ rtscts, baudRate, ...options }));
}

function serialTransport({
  dtr,
  rts,
  scheduler = asyncScheduler,
  ...settings
}: SerialUartOptions & Required<Pick<SerialSettings, 'baudRate' | 'rtscts'>>): Transport {
  const { path, baudRate } = settings;
  const open = process.platform === 'win32' ? windowsPort : terminalPort;
  const { transport, signals } = open({
    settings: withoutUndefined(settings),
    longestPause: isPseudoTerminal(path) ? longestPauseOfProgram : longestPause,
    wait: new ReadWait(baudRate, scheduler),
    scheduler,
  });
  const timed = { ...transport, baudRate, collectsFor: collectingTime(path) };
  return dtr === undefined && rts === undefined ? timed : withSignals(timed, signals, { dtr, rts });
}

/** Removes settings that are `undefined`, because the binding would take them for values. */
function withoutUndefined<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}

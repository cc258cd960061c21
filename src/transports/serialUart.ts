import { SerialPort } from 'serialport';
import { BehaviorSubject, Observable, ReplaySubject, combineLatest, concatMap, filter, map, take } from 'rxjs';

import { OSError } from '../usocket/contract/osError';
import type { ErrorCode } from '../usocket/contract/errno';
import { checkWires, type ControlWires } from './lineSettings';
import { duplexLine } from './duplexTransport';
import type { Line, LineUart } from './transportUart';
import { reopenable } from './reopenableUart';

export interface SerialUartOptions extends ControlWires {
  /** `'/dev/ttyUSB0'`, `'/dev/tty.usbserial-10'`, `'COM3'`. */
  readonly path: string;
  /** Bits per second; 115200 unless told. */
  readonly baudRate?: number;
  readonly dataBits?: 5 | 6 | 7 | 8;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 1.5 | 2;
  /** Whether the RTS and CTS wires hold each side back; false unless told. */
  readonly rtscts?: boolean;
}

/**
 * Milliseconds. A byte takes one at 9600 baud, adapters collect bytes for up to 16, and the driver of the port holds what
 * comes while this program is busy.
 */
const longestPause = 100;

/**
 * What the binding's messages mean: it has words only, and no codes. Those before the comma of "Error: No such file or
 * directory, cannot open /dev/x" are the C library's.
 */
const failures: readonly (readonly [pattern: RegExp, code: ErrorCode, advice: string])[] = [
  [
    /cannot lock|resource busy|in use/i,
    'EBUSY',
    'another program has it open; close that program (`fuser -v <path>` shows which)',
  ],
  [/access denied/i, 'EBUSY', 'another program has it open, or this user may not open it; close that program'],
  [
    /permission denied|not permitted/i,
    'EACCES',
    'this user may not open it; join its group (`sudo usermod -aG dialout $USER`) and log in again',
  ],
  [
    /no such file|no such device|not found/i,
    'ENODEV',
    'there is no such port; check the spelling and that the device is plugged in (`ls /dev/tty*` lists the ports)',
  ],
  [
    /inappropriate ioctl|is a directory|not a (tty|terminal)/i,
    'ENODEV',
    'this is not a serial port; check the path (`ls /dev/tty*` lists the ports)',
  ],
  [/baud|parameter is incorrect|invalid argument/i, 'EINVAL', 'the port does not take these settings; try 115200 baud'],
];

function openFailure(path: string, cause: Error | undefined): OSError {
  const answer = cause?.message ?? 'nothing';
  const [, code, advice] = failures.find(([pattern]) => pattern.test(answer)) ?? [
    undefined,
    'EIO' as const,
    'unplug the device, plug it in again and retry',
  ];
  return new OSError(code, 'open', `open ${path}: ${advice} (the port's driver answered: ${answer})`, { cause });
}

function lossOf(path: string, cause: Error | undefined): OSError {
  const answer = cause ? ` (the port's driver answered: ${cause.message})` : '';
  const told = `the serial port is gone; check that the device is plugged in, then open it again${answer}`;
  return new OSError('ENODEV', 'read', `${path}: ${told}`, { cause });
}

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
 * @throws `EINVAL` at the call for an empty path or a baud rate that is no positive whole number.
 */
export function serialUart({ path, baudRate = 115200, rtscts = false, ...settings }: SerialUartOptions): LineUart {
  if (path === '') throw new OSError('EINVAL', 'open', 'open a serial port: the path is empty; try /dev/ttyUSB0');
  if (!Number.isSafeInteger(baudRate) || baudRate <= 0)
    throw new OSError('EINVAL', 'open', `open ${path}: ${baudRate} is no baud rate; try 115200`);

  checkWires(path, { rtscts, ...settings });
  return reopenable(() => serialLine({ path, baudRate, rtscts, ...settings }));
}

function serialLine(options: SerialUartOptions & { readonly baudRate: number; readonly rtscts: boolean }): Line {
  const { dtr, rts, ...settings } = options;
  const { path, rtscts } = settings;
  const port = new SerialPort(toldOf(settings));
  let wasOpen = false;
  port.once('open', () => {
    wasOpen = true;
    watchForHangUp(port);
  });
  const line = duplexLine({
    name: path,
    duplex: port,
    opened: 'open',
    flowControl: rtscts,
    longestPause,
    failure: (cause) => (wasOpen ? lossOf(path, cause) : openFailure(path, cause)),
    release: () => release(port),
  });
  return dtr === undefined && rts === undefined ? line : withWires(line, port, { dtr, rts });
}

/** What the wires need of a port. Not the port's own type, because TypeScript would check its declarations in a user's project. */
interface WiredPort {
  once(event: 'open', listener: () => void): unknown;
  set(wires: { readonly dtr: boolean; readonly rts: boolean }, done: (error: Error | null) => void): unknown;
}

/** Without what is undefined: the binding takes that for a value. */
function toldOf<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}

/** Nothing is sent before the wires are as they are to be: it would be lost to a board that they hold in reset. */
export function withWires(
  line: Line,
  port: WiredPort,
  { dtr = true, rts = true }: { readonly dtr?: boolean | undefined; readonly rts?: boolean | undefined },
): Line {
  const ready = new BehaviorSubject(false);
  const notices = new ReplaySubject<string>(1);
  port.once('open', () => {
    // Both in one step, for boards look at how they differ. The default is what the port has made of them.
    port.set({ dtr, rts }, (error) => {
      if (error) notices.next(`${line.name}: the wires DTR and RTS cannot be set here (${error.message})`);
      ready.next(true);
    });
  });
  return {
    ...line,
    notices$: notices.asObservable(),
    writable$: combineLatest([line.writable$, ready]).pipe(map(([one, other]) => one && other)),
    send: (bytes) =>
      ready.pipe(
        filter(Boolean),
        take(1),
        concatMap(() => line.send(bytes)),
      ),
  };
}

/**
 * Closes a port that has been unplugged while bytes were coming in. A read of a hung-up terminal gives no bytes, and
 * the binding (@serialport/bindings-cpp 13, `unixRead`) reads again at once and for ever: a busy processor, and no
 * 'close'. The poller tells of the hang-up all the same. Windows has no poller, and no such loop.
 */
function watchForHangUp(port: SerialPort): void {
  if (port.port === undefined || !('poller' in port.port)) return;
  port.port.poller.once('disconnect', (cause) => {
    if (port.isOpen) port.close(undefined, cause ?? new Error('hung up'));
  });
}

function release(port: SerialPort): Observable<never> {
  return new Observable((subscriber) => {
    const done = (): void => subscriber.complete();
    const close = (): void => port.close(done);
    if (port.isOpen) close();
    else if (port.opening) port.once('open', close).once('error', done);
    else if (port.closing) port.once('close', done).once('error', done);
    else done();
  });
}

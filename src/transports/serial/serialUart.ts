import { SerialPortStream } from '@serialport/stream';
import { asyncScheduler, BehaviorSubject, defer, Observable, type SchedulerLike } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { duplexTransport } from '../line/duplexTransport';
import { type ReopenableUart, reopenableUart } from '../line/reopenableUart';
import { checkBaudRate, checkSerialSettings, defaultBaudRate, type SerialSettings } from '../line/serialSettings';
import type { Transport } from '../line/transportUart';
import { collectingTime } from './collectingTime';
import { withSignals } from './controlSignals';
import { directBinding } from './directBinding';
import { isPseudoTerminal } from './portPath';
import { ReadWait } from './readWait';
import { lossOf, openFailure, speedFailure } from './serialErrors';

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
  const { path, rtscts } = settings;
  const wait = new ReadWait(settings.baudRate, scheduler);
  const hungUp = (cause: Error): void => {
    if (port.isOpen) port.close(undefined, cause);
  };
  const referenced = new BehaviorSubject(true);
  const binding = directBinding({ wait, scheduler, hungUp, referenced$: referenced.asObservable() });
  const port = new SerialPortStream({ ...withoutUndefined(settings), binding });
  let wasOpen = false;
  port.once('open', () => (wasOpen = true));
  const transport = duplexTransport({
    name: path,
    duplex: port,
    opened: 'open',
    flowControl: rtscts,
    longestPause: isPseudoTerminal(path) ? longestPauseOfProgram : longestPause,
    expect: (bytes) => {
      wait.expect(bytes);
    },
    // A port of Windows is read by threads, which keep the program running.
    reference: process.platform === 'win32' ? undefined : (isReferenced) => referenced.next(isReferenced),
    failure: (cause) => (wasOpen ? lossOf(path, cause) : openFailure(path, cause)),
    release: () => release(port),
  });
  const timed = {
    ...transport,
    baudRate: settings.baudRate,
    setBaudRate: (baudRate: number) => update(port, baudRate),
    collectsFor: collectingTime(path),
  };
  return dtr === undefined && rts === undefined ? timed : withSignals(timed, port, { dtr, rts });
}

/** Removes settings that are `undefined`, because the binding would take them for values. */
function withoutUndefined<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}

/** Changes the speed of a port after the bytes written so far, which would otherwise leave at the new speed. */
function update(port: SerialPortStream, baudRate: number): Observable<never> {
  return defer(() => {
    checkBaudRate(`change the speed of ${port.path}`, baudRate);
    return new Observable<never>((subscriber) => {
      const doing = (then: () => void) => (cause?: Error | null) => {
        if (cause) subscriber.error(speedFailure(port.path, baudRate, cause));
        else if (!subscriber.closed) then();
      };
      // The empty write comes after the writes that still wait, also for the port to open. The kernel then has all bytes,
      // and draining waits until they have left.
      port.write(
        Buffer.alloc(0),
        doing(() => {
          port.drain(
            doing(() => {
              port.update(
                { baudRate },
                doing(() => {
                  subscriber.complete();
                }),
              );
            }),
          );
        }),
      );
    });
  });
}

function release(port: SerialPortStream): Observable<never> {
  return new Observable((subscriber) => {
    const done = (): void => subscriber.complete();
    const close = (): void => port.close(done);
    if (port.isOpen) close();
    else if (port.opening) port.once('open', close).once('error', done);
    else if (port.closing) port.once('close', done).once('error', done);
    else done();
  });
}

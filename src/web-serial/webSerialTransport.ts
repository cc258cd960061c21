import {
  BehaviorSubject,
  catchError,
  defer,
  from,
  ignoreElements,
  merge,
  Observable,
  ReplaySubject,
  type SchedulerLike,
  switchMap,
  throwError,
} from 'rxjs';

import { checkBaudRate } from '../transports/line/serialSettings';
import type { Transport } from '../transports/line/transportUart';
import { OpenPort, type Signals } from './openPort';
import { lossOf, openFailure, speedFailure, textOf } from './webSerialErrors';
import { nameOf, type WebSerialOptions, type WebSerialPort } from './webSerialPort';

/** The parts of a {@link webSerialTransport}. */
export interface WebSerialTransportOptions {
  readonly port: WebSerialPort;
  readonly settings: WebSerialOptions;
  readonly signals: Signals;
  readonly scheduler: SchedulerLike;
}

/** The same as for a serial port of Node.js, because a browser passes on what the operating system gives it. */
const longestPause = 100;

/** Opens a port of the Web Serial API, at once, and makes a {@link Transport} of it. */
export function webSerialTransport({ port, settings, signals, scheduler }: WebSerialTransportOptions): Transport {
  const name = nameOf(port);
  const notices = new ReplaySubject<string>(1);
  const writable = new BehaviorSubject(false);
  let { baudRate: speed } = settings;
  const open = async (baudRate: number): Promise<OpenPort> => {
    const opened = await OpenPort.open(port, { ...settings, baudRate }, signals, {
      scheduler,
      damaged: (error) => notices.next(`${name}: the browser reports an error of the line: ${textOf(error)}`),
    });
    writable.next(true);
    return opened;
  };
  /** The port as it is open now. Each change of the speed opens it anew. */
  const current = new BehaviorSubject<Promise<OpenPort>>(open(speed));
  // Its failure is that of `received$`.
  current.value.catch(() => undefined);

  const unplugged$ = new Observable<never>((subscriber) => {
    const lost = (): void => subscriber.error(lossOf(name));
    port.addEventListener('disconnect', lost);
    return () => port.removeEventListener('disconnect', lost);
  });
  const bytes$ = current.pipe(
    switchMap((opening) =>
      from(opening).pipe(catchError((cause: unknown) => throwError(() => openFailure(name, cause)))),
    ),
    switchMap(({ chunks$ }) => chunks$.pipe(catchError((cause: unknown) => throwError(() => lossOf(name, cause))))),
  );

  async function send(bytes: Uint8Array): Promise<void> {
    const opened = await current.value;
    const sending = opened.send(bytes);
    if (!opened.isWritable) writable.next(false);
    await sending.catch((cause: unknown) => {
      throw lossOf(name, cause);
    });
    writable.next(true);
  }

  async function changeSpeed(baudRate: number): Promise<void> {
    checkBaudRate(`change the speed of ${name}`, baudRate);
    const before = await current.value;
    writable.next(false);
    await before.close();
    const changed = open(baudRate);
    const opened = changed.catch(() => open(speed));
    opened.catch(() => undefined);
    current.next(opened);
    await changed.catch((cause: unknown) => {
      throw speedFailure(name, baudRate, cause);
    });
    speed = baudRate;
  }

  return {
    name,
    received$: merge(bytes$, unplugged$),
    writable$: writable,
    notices$: notices.asObservable(),
    send: (bytes) => defer(() => send(bytes)).pipe(ignoreElements()),
    hold:
      settings.flowControl === 'hardware'
        ? (held) => {
            current.value.then(
              (opened) => opened.hold(held),
              () => undefined,
            );
          }
        : undefined,
    baudRate: speed,
    setBaudRate: (baudRate) => defer(() => changeSpeed(baudRate)).pipe(ignoreElements()),
    longestPause,
    release: () =>
      defer(() =>
        current.value.then(
          (opened) => opened.close(),
          () => undefined,
        ),
      ).pipe(ignoreElements()),
  };
}

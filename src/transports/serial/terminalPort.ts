import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  firstValueFrom,
  fromEvent,
  ignoreElements,
  NEVER,
  Observable,
  observeOn,
  queueScheduler,
  subscribeOn,
  tap,
  throwError,
} from 'rxjs';

import { runOnce } from '../../streams';
import { duplexTransport, errorOf } from '../line/duplexTransport';
import { checkBaudRate } from '../line/serialSettings';
import type { Transport } from '../line/transportUart';
import type { OpeningPort, PortOptions } from './openingPort';
import { lossOf, openFailure, speedFailure } from './serialErrors';
import { type PortSettings, systemBinding, type UnixPort } from './systemBinding';
import { Terminal, writeNow } from './terminal';

/** A port that is open. */
interface OpenPort {
  /** The file that keeps other programs from opening the port. */
  readonly locked: UnixPort;
  readonly terminal: Terminal;
  readonly transport: Transport;
}

/** Opens a port of Linux or macOS, at once. What is asked of it before it is open is done then, in the same order. */
export function terminalPort(options: PortOptions): OpeningPort {
  const { path, rtscts = false } = options.settings;
  let open: OpenPort | undefined;
  /** Whether those that waited for the port have it. */
  let isServed = false;
  let isHeld = false;
  let isReferenced = true;
  const opening$ = defer(() => openPort(options)).pipe(
    observeOn(queueScheduler),
    tap({
      next: (port) => {
        open = port;
        if (isHeld) port.terminal.hold(true);
        if (!isReferenced) port.terminal.reference(false);
      },
      complete: () => (isServed = true),
    }),
    catchError((cause: unknown) => throwError(() => openFailure(path, errorOf(cause)))),
    runOnce(),
  );
  const whenOpen = <T>(use: (port: OpenPort) => Observable<T>): Observable<T> =>
    // Who asks because another one has been served comes after all that wait already.
    open && isServed ? use(open) : opening$.pipe(concatMap(use), subscribeOn(queueScheduler));
  return {
    transport: {
      name: path,
      longestPause: options.longestPause,
      received$: whenOpen(({ transport }) => transport.received$),
      // The reader hears of a port that does not open.
      writable$: whenOpen(({ transport }) => transport.writable$).pipe(catchError(() => NEVER)),
      send: (bytes) => whenOpen(({ transport }) => transport.send(bytes)),
      hold: rtscts
        ? (held) => {
            isHeld = held;
            open?.terminal.hold(held);
          }
        : undefined,
      expect: (bytes) => {
        options.wait.expect(bytes);
      },
      setBaudRate: (baudRate) =>
        defer(() => {
          checkBaudRate(`change the speed of ${path}`, baudRate);
          return whenOpen((port) => changeSpeed(port, baudRate, options));
        }),
      reference: (wanted) => {
        isReferenced = wanted;
        open?.terminal.reference(wanted);
      },
      release: () => whenOpen(({ transport }) => transport.release()).pipe(catchError(() => EMPTY)),
    },
    signals: {
      once: (_event, opened) => opening$.subscribe({ next: opened, error: () => undefined }),
      set: (levels, done) => {
        const { locked } = open ?? {};
        locked?.set({ ...levels, brk: false, cts: false }).then(() => done(null), done);
      },
    },
  };
}

/**
 * Opens the port twice, because Node.js reads a terminal with a file of its own, which replaces the one that it is given, and
 * a lock ends with its file.
 */
async function openPort(options: PortOptions): Promise<OpenPort> {
  const { settings } = options;
  const locked = await openFile(settings);
  let read: UnixPort | undefined;
  try {
    read = await openFile({ ...settings, lock: false });
    const terminal = new Terminal(fdOf(read), options);
    return { locked, terminal, transport: transportOf(terminal, locked, read, options) };
  } catch (error) {
    await read?.close();
    await locked.close();
    throw error;
  }
}

function transportOf(
  terminal: Terminal,
  locked: UnixPort,
  read: UnixPort,
  { settings: { path }, longestPause }: PortOptions,
): Transport {
  const { stream } = terminal;
  return duplexTransport({
    name: path,
    duplex: stream,
    listen: (pass) => terminal.listen(pass),
    writeNow: (bytes) => writeNow(fdOf(locked), bytes),
    flowControl: false,
    longestPause,
    failure: (cause) => lossOf(path, cause),
    release: () =>
      defer(async () => {
        if (!stream.closed) await firstValueFrom(fromEvent(stream.destroy(), 'close'));
        // Where Node.js could not open the terminal again, it has closed this file.
        await read.close().catch(() => undefined);
        await locked.close();
      }).pipe(ignoreElements()),
  });
}

/** Changes the speed after the bytes written so far, which would otherwise leave at the new speed. */
function changeSpeed(
  { locked, terminal: { stream } }: OpenPort,
  baudRate: number,
  { settings: { path }, wait }: PortOptions,
): Observable<never> {
  const written$ = new Observable<never>((subscriber) => {
    // An empty write comes after those that wait.
    stream.write(Buffer.alloc(0), (cause) => {
      if (cause) subscriber.error(cause);
      else subscriber.complete();
    });
  });
  return concat(
    stream.writableLength > 0 ? written$ : EMPTY,
    // The kernel has all bytes. They have to leave.
    defer(() => locked.drain()),
    defer(() => locked.update({ baudRate })),
  ).pipe(
    ignoreElements(),
    tap({ complete: () => wait.setBaudRate(baudRate) }),
    catchError((cause: unknown) => throwError(() => speedFailure(path, baudRate, errorOf(cause)))),
  );
}

/** The binding of Linux and macOS opens ports of this type. */
async function openFile(settings: PortSettings): Promise<UnixPort> {
  return (await systemBinding.open(settings)) as UnixPort;
}

function fdOf({ fd }: UnixPort): number {
  if (fd === null) throw new Error('the port has been closed');
  return fd;
}

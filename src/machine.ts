import {
  combineLatest,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  from,
  ignoreElements,
  map,
  type Observable,
  of,
  throwError,
} from 'rxjs';

import { createEmulator, type Emulator, type EmulatorOptions } from './emulator';
import {
  Inspectable,
  type LineAdvice,
  type LineHint,
  type Readiness,
  runOnce,
  sameReadiness,
  type Shown,
  type Uart,
} from './streams';
import { currentOf, longestDelay } from './streams/internal';
import { ProgramTime } from './system/programTime';
import { TimedReader } from './timedReader';
import { openUart, type SerialSettings, withoutPassword } from './transports';
import { OSError } from './usocket';
import { Call, type Sendable } from './usocket/calls/call';
import { atCaller } from './usocket/contract/callerStack';
import { shownValue } from './usocket/contract/messageOf';
import { callError } from './usocket/contract/osError';
import { type Abortable, partOptions, promiseOf } from './usocket/contract/promiseOf';

/** The options of {@link UART}: the framing, flow control and control signals of the line, and how it is read. */
export interface UARTOptions extends Omit<SerialSettings, 'baudRate'> {
  /** How long a read waits for its bytes, in milliseconds; 0 takes what is there. Default: 1000. */
  readonly timeout?: number;
  /** The most bytes that are kept until they are read. When more come, the reads fail with `ENOBUFS`. Default: 4096. */
  readonly read_buf_len?: number;
  /** For `emulator:`: the options of the virtual modem, such as its firmware, its networks, and the hosts it reaches. */
  readonly emulator?: Omit<EmulatorOptions, 'baud'>;
}

/**
 * A serial line. It is opened when it is made.
 *
 *     new machine.UART('/dev/ttyUSB0', 115200)
 *     new machine.UART('tcp://192.168.1.9:3000')                  // a raw TCP serial server
 *     new machine.UART('rfc2217://192.168.1.9:2217', 115200)      // ser2net; the speed is set from here
 *     new machine.UART('emulator:', 115200)                       // a virtual modem, as fast as a real one
 *     new machine.UART('COM3', 115200, { dtr: false, rts: false })  // a board that these signals hold in reset
 *
 * When the line cannot be opened or is lost, `rx$` and every call fail: with `ENODEV` for a port that does not exist or
 * was unplugged, `EACCES`, `EBUSY`, and for a serial server with the error of the connection. After `close` every call
 * fails with `EBADF`, including those under way. Each call that waits takes `{ signal }` last, which aborts it. An
 * aborted read has taken nothing.
 *
 * An interface on the line reads it as well. Both get all bytes, and unread bytes here are limited by `read_buf_len`. So on
 * the line of an interface, `any()`, `uselect` and `queued` of an inspection count bytes that the interface has taken already.
 *
 * @see MicroPython, `machine.UART`; the socket document's programs make theirs with `timeout` and `read_buf_len`.
 */
export class UART extends Inspectable implements Uart, AsyncDisposable {
  /** The device or the URL of the line, without a user name and a password. */
  readonly port: string;
  /**
   * The bytes received, in chunks of any size. Hot: bytes arrive whether or not there is a subscriber. Completes when
   * the line is closed.
   */
  readonly rx$: Observable<Uint8Array>;
  /** What could be done without waiting, as `uselect` sees it; replays the current state. */
  readonly readiness$: Observable<Readiness>;
  /** Stops the modem by flow control, or lets it go on; only with `rtscts`. For the interface on the line. */
  readonly hold?: (held: boolean) => void;
  /** Lets the line collect bytes of a block that is under way; see {@link Uart.expect}. For the interface on the line. */
  readonly expect?: (bytes: number) => void;
  /**
   * How long the line may pause in the middle of a message of the modem, in milliseconds. A longer pause means that the
   * message was cut off. See {@link Uart.longestPause}.
   */
  readonly longestPause: number | undefined;
  /** The reasons why a virtual modem refuses commands, which AT commands cannot express; see {@link Uart.hints$}. */
  readonly hints$: Observable<LineHint> | undefined;
  /** The virtual modem of `emulator:`, to give it faults. Undefined for every other line. */
  declare readonly emulator: Emulator | undefined;
  /** What a person can check when the line loses bytes, for messages. See {@link Uart.advice}. */
  readonly advice: LineAdvice | undefined;
  /** Notices about the line that are not failures, such as a setting that its server has made differently. */
  readonly notices$: Observable<string>;
  /**
   * Opens a lost line again, and resolves when it is open; bytes that have not been read are dropped. An interface on the
   * line does this by itself. Undefined for `emulator:`.
   *
   * Rejects when the line cannot be opened, with `ENODEV`, `ECONNREFUSED` and the like, and with `EBADF` after `close`.
   */
  readonly reopen?: (options?: Abortable) => Promise<void>;
  /**
   * Changes the speed of this end of the line, in bits per second, after what was written before, and resolves when the
   * line has it. The modem has to be told first. For a modem, the option `baud` of `network.ESP8285` does both. Undefined
   * for `tcp:`, because a raw serial server cannot be told; use `rfc2217:`.
   *
   * Rejects with `EINVAL` when the line cannot have that speed, `ETIMEDOUT` when a serial server does not confirm it,
   * and with the error of a line that is lost or closed.
   */
  readonly setBaudRate?: (baudRate: number, options?: Abortable) => Promise<void>;
  /**
   * The open line keeps the program running, which is the default, or does not (`unref`), as with the handles of Node.js. An
   * interface on the line does this by itself: see `nic.unref()`. Undefined for serial ports of Windows.
   */
  readonly ref?: () => void;
  /** The open line does not keep the program running; see {@link UART.ref}. */
  readonly unref?: () => void;

  private readonly line: Uart;
  private readonly reader: TimedReader;
  private readonly timeout: number;
  private readonly capacity: number;
  private readonly closed$ = defer(() => this.end()).pipe(runOnce());
  private closedWith: OSError | undefined;

  /**
   * Throws `EINVAL` for an invalid time, length or setting, and for a port that does not name a line.
   *
   * @param port A device, or one of the URLs above.
   * @param baudRate Bits per second, the same as the modem's. Default: 115200.
   */
  constructor(
    port: string,
    private readonly firstBaudRate = 115_200,
    options: UARTOptions = {},
  ) {
    super();
    const baudRate = firstBaudRate;
    const { emulator: modem, timeout = 1000, read_buf_len: capacity = 4096, ...settings } = options;
    const time = new ProgramTime();
    const { emulator, line } = atCaller(() => {
      checkArguments(port, baudRate, timeout, capacity);
      return openLine(port, { ...settings, baudRate }, modem, time);
    });
    this.timeout = timeout;
    this.capacity = capacity;
    this.port = withoutPassword(port);
    // Inspections do not look into it, because a virtual modem knows the keys of its networks.
    Object.defineProperty(this, 'emulator', { get: () => emulator });
    this.line = line;
    this.rx$ = line.rx$;
    this.longestPause = line.longestPause;
    this.advice = line.advice;
    this.notices$ = line.notices$ ?? EMPTY;
    this.hints$ = line.hints$;
    if (settings.rtscts && line.hold) this.hold = line.hold;
    if (line.expect) this.expect = line.expect;
    if (line.reopen) this.reopen = (reopenOptions) => promiseOf(this.reopening(), reopenOptions);
    const { setBaudRate } = line;
    if (setBaudRate) {
      const changing = (wanted: number) =>
        concat(defer(() => setBaudRate(wanted)).pipe(ignoreElements()), of(undefined));
      this.setBaudRate = (wanted, changeOptions) => promiseOf(changing(wanted), changeOptions);
    }
    const { ref, unref } = line;
    if (ref && unref) {
      this.ref = () => {
        ref();
        time.ref();
      };
      this.unref = () => {
        unref();
        time.unref();
      };
    }
    this.reader = new TimedReader(line, { timeout, capacity });
    this.readiness$ = combineLatest([line.readiness$, this.reader.readable$]).pipe(
      map(([state, readable]) => ({ ...state, readable })),
      distinctUntilChanged(sameReadiness),
    );
  }

  /**
   * The speed of the line, in bits per second. For a raw serial server, the one that was given here; for a line over a
   * WebSocket, that one until the line is open.
   */
  get baudRate(): number {
    return this.line.baudRate ?? this.firstBaudRate;
  }

  /** How long the hardware of the line may collect bytes, in milliseconds, if that is known. See {@link Uart.collectsFor}. */
  get collectsFor(): number | undefined {
    return this.line.collectsFor;
  }

  /** How many bytes can be read without waiting. */
  any(): number {
    return this.reader.length;
  }

  /**
   * Resolves to `size` bytes, or to fewer when the time is up. Without `size`, resolves to the received bytes when the
   * line has been silent for that time, or to the first `read_buf_len` bytes of a line that is never silent. Resolves
   * to `null` when nothing has come.
   */
  read(size: number | undefined, options?: Abortable): Promise<Buffer | null>;
  read(options?: Abortable): Promise<Buffer | null>;
  read(first?: number | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(
      defer(() => {
        if (size === undefined) return this.reader.readUntilSilent$();
        new Call('read').checkSize(size);
        return this.reader.read$(size);
      }),
      options,
    );
  }

  /**
   * Reads into a buffer, `size` bytes or as many as it holds. Resolves to the number of bytes stored, which is smaller when
   * the time is up, or to `null` when nothing has come.
   */
  readinto(target: Uint8Array, size: number | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | Abortable, second?: Abortable): Promise<number | null> {
    const [[size = Infinity], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(
      defer(() => {
        const call = new Call('readinto');
        call.checkTarget(target);
        call.checkSize(size);
        return this.reader.readinto$(target.subarray(0, size));
      }),
      options,
    );
  }

  /** Resolves to a line with its newline, or to what has come of it when the time is up; to `null` when nothing has. */
  readline(options?: Abortable): Promise<Buffer | null> {
    return promiseOf(this.reader.readline$(), options);
  }

  /**
   * Sends bytes, or a string as UTF-8, and resolves to their number when the line can take more. When it is aborted,
   * the bytes may still be sent.
   */
  write(data: Sendable, options?: Abortable): Promise<number> {
    return promiseOf(
      defer(() => {
        const bytes = new Call('write').bytesOf(data);
        return concat(this.write$(bytes).pipe(ignoreElements()), of(bytes.length));
      }),
      options,
    );
  }

  /** Cold. Sends bytes, and completes when the line can take more. For the interface on the line; see {@link Uart.write$}. */
  write$(bytes: Uint8Array): Observable<unknown> {
    const { closedWith } = this;
    return closedWith ? throwError(() => closedWith) : from(this.line.write(bytes));
  }

  /**
   * Closes the line, drops unread bytes, and resolves when the port is free. Closing twice is not an error. Aborting
   * does not stop the closing.
   */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.closed$, options);
  }

  /** Closes the line, drops unread bytes, and resolves when the port is free. The name of `close` in MaixPy. */
  deinit(options?: Abortable): Promise<void> {
    return promiseOf(this.closed$, options);
  }

  /** Closes the line at the end of a block: `await using uart = new machine.UART(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `<uart port=/dev/ttyUSB0 baud=115200 state=open queued=12 timeout=1000 read_buf_len=4096>` */
  protected override shown(): readonly [string, Shown] {
    const { hangup, error, writable } = currentOf(this.line.readiness$) ?? {};
    const isOver = error ? 'lost' : hangup ? 'closed' : undefined;
    return [
      'uart',
      {
        port: this.port,
        baud: this.baudRate,
        state: this.closedWith ? 'closed' : (isOver ?? (writable ? 'open' : 'busy')),
        queued: this.reader.length,
        timeout: this.timeout,
        read_buf_len: this.capacity,
        rtscts: this.hold ? true : undefined,
      },
    ];
  }

  private end(): Observable<void> {
    this.closedWith = new OSError('EBADF', 'UART', 'the serial line has been closed (deinit); make a new UART');
    this.reader.close(this.closedWith);
    return concat(defer(() => this.line.close()).pipe(ignoreElements()), of(undefined));
  }

  /** Goes on when it is aborted. */
  private reopening(): Observable<void> {
    return defer(() => {
      const opened$ = defer(() => this.line.reopen?.() ?? EMPTY).pipe(ignoreElements());
      const read$ = defer(() => {
        if (!this.closedWith) this.reader.renew();
        return of(undefined);
      });
      return concat(opened$, read$).pipe(runOnce());
    });
  }
}

interface OpenedLine {
  /** For `emulator:`. */
  readonly emulator: Emulator | undefined;
  readonly line: Uart;
}

function openLine(
  port: string,
  settings: SerialSettings & { readonly baudRate: number },
  modem: UARTOptions['emulator'],
  time: ProgramTime,
): OpenedLine {
  if (port !== 'emulator:') return { emulator: undefined, line: openUart(port, settings, time) };
  const emulator = virtualModem({ scheduler: time, ...modem, baud: settings.baudRate });
  return { emulator, line: emulator.uart };
}

/** Throws `EINVAL` for arguments of a wrong type, or out of range. */
function checkArguments(port: unknown, baudRate: unknown, timeout: number, capacity: number): void {
  const check = (isValid: boolean, message: string): void => {
    if (!isValid) throw callError('UART', 'EINVAL', message);
  };
  const isTime = timeout >= 0 && timeout <= longestDelay;
  check(isTime, `timeout is a number of milliseconds from 0 to ${longestDelay}, not ${shownValue(timeout)}`);
  const isLength = Number.isSafeInteger(capacity) && capacity >= 1;
  check(isLength, `read_buf_len is a number of bytes from 1 up, not ${shownValue(capacity)}`);
  check(typeof port === 'string', `a port is a text, '/dev/ttyUSB0' or 'emulator:', not ${String(port)}`);
  check(typeof baudRate === 'number', `a baud rate is a number, 115200, not ${shownValue(baudRate)}`);
}

/** Makes the virtual modem of `emulator:`. Throws `EINVAL` for options that it does not accept. */
function virtualModem(options: EmulatorOptions): Emulator {
  try {
    const emulator = createEmulator(options);
    // As the port of a real modem does, it keeps its speed when the modem changes its own.
    if (options.baud) emulator.setHostBaud(options.baud);
    return emulator;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw callError('UART', 'EINVAL', `emulator: ${cause.message}`, { cause });
  }
}

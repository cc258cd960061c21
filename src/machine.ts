import {
  BehaviorSubject,
  catchError,
  combineLatest,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  startWith,
  switchMap,
  take,
  timeout,
  timer,
} from 'rxjs';

import { createEmulator, type EmulatorOptions } from './emulator';
import {
  ByteReader,
  currentOf,
  Inspectable,
  type LineAdvice,
  type LineHint,
  longestDelay,
  type Readiness,
  runOnce,
  sameReadiness,
  type Shown,
  type Uart,
} from './streams';
import { openUart, type LineSettings, withoutPassword } from './transports';
import { OSError } from './usocket';
import { Call, type Sendable } from './usocket/calls/call';
import { type Abortable, partOptions, promiseOf } from './usocket/contract/promiseOf';

export interface UARTOptions extends Omit<LineSettings, 'baudRate'> {
  /** Milliseconds that a read waits for the bytes that it wants; 0 takes what is there. Default: 1000. */
  readonly timeout?: number;
  /** Bytes held for reads to come; when more come unread, the reads fail with `ENOBUFS`. Default: 4096. */
  readonly read_buf_len?: number;
  /** For `emulator:`, how the virtual modem is to be: its firmware, its networks, the hosts that it reaches. */
  readonly emulator?: Omit<EmulatorOptions, 'baud'>;
}

/**
 * A serial line, open from the start.
 *
 *     new machine.UART('/dev/ttyUSB0', 115200)
 *     new machine.UART('tcp://192.168.1.9:3000')                  // a raw TCP serial server
 *     new machine.UART('rfc2217://192.168.1.9:2217', 115200)      // ser2net, with the speed set from here
 *     new machine.UART('emulator:', 115200)                       // a virtual modem, paced as a real one would be
 *     new machine.UART('COM3', 115200, { dtr: false, rts: false })  // a board that these wires would hold in reset
 *
 * What goes wrong is the error of {@link UART.rx$} and of every call: `ENODEV` no such port or unplugged, `EACCES`,
 * `EBUSY`. A line that an interface was made on is the interface's: reading it here takes nothing away from there, and
 * is limited to `read_buf_len`. After {@link UART.deinit} every call fails with `EBADF`, those under way included. Each
 * call that waits takes `{ signal }` last, which gives it up: a read has taken nothing then.
 *
 * @see MicroPython, `machine.UART`; the socket document's programs make theirs with `timeout` and `read_buf_len`.
 */
export class UART extends Inspectable implements Uart, AsyncDisposable {
  /** The device, or the URL without a name and a password that may be in it. */
  readonly port: string;
  readonly rx$: Observable<Uint8Array>;
  /** What could be done without waiting; replays the current state. For `uselect`. */
  readonly readiness$: Observable<Readiness>;
  /** Holds the modem back; only with `rtscts`. For the interface that the line belongs to. */
  readonly hold?: (held: boolean) => void;
  /** Milliseconds that the line may pause within what the modem prints without a pause; see {@link Uart.longestPause}. */
  readonly longestPause: number | undefined;
  /** What a virtual modem says beside the line; see {@link Uart.hints$}. */
  readonly hints$: Observable<LineHint> | undefined;
  /** What to look at when bytes are lost; see {@link Uart.advice}. */
  readonly advice: LineAdvice | undefined;
  /** What the line has to tell of itself that is no failure: a setting that its server has made otherwise. */
  readonly notices$: Observable<string>;
  /**
   * Opens a line anew that was lost, and resolves when it is open; what has not been read is dropped. An interface does it
   * by itself. There is none for `emulator:`.
   *
   * Rejects with what stands in the way: `ENODEV`, `ECONNREFUSED` and the like; `EBADF` once it has been closed.
   */
  readonly reopen?: (options?: Abortable) => Promise<void>;

  private readonly line: Uart;
  private readonly readers: BehaviorSubject<ByteReader>;
  private readonly timeout: number;
  private readonly capacity: number;
  private readonly closed$ = defer(() => this.end()).pipe(runOnce());
  private closedWith: OSError | undefined;

  /**
   * Throws `EINVAL` for what is no time, no length, or no port that there could be.
   *
   * @param port A device, or one of the URLs above.
   * @param baudRate Bits per second. Default: 115200.
   */
  constructor(
    port: string,
    readonly baudRate = 115_200,
    options: UARTOptions = {},
  ) {
    super();
    const { emulator, timeout: patience = 1000, read_buf_len: capacity = 4096, ...settings } = options;
    if (!(patience >= 0 && patience <= longestDelay)) {
      const message = `UART: timeout is a number of milliseconds from 0 to ${longestDelay}, not ${patience}`;
      throw new OSError('EINVAL', 'UART', message);
    }
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new OSError('EINVAL', 'UART', `UART: read_buf_len is a number of bytes from 1 up, not ${capacity}`);
    }
    this.timeout = patience;
    this.capacity = capacity;
    if (typeof port !== 'string') {
      throw new OSError('EINVAL', 'UART', `UART: a port is a text, '/dev/ttyUSB0' or 'emulator:', not ${String(port)}`);
    }
    if (typeof baudRate !== 'number') {
      const given = typeof baudRate === 'string' ? `the text '${String(baudRate)}'` : String(baudRate);
      throw new OSError('EINVAL', 'UART', `UART: a baud rate is a number, 115200, not ${given}`);
    }
    this.port = withoutPassword(port);
    this.line =
      port === 'emulator:' ? virtualLine({ ...emulator, baud: baudRate }) : openUart(port, { baudRate, ...settings });
    this.rx$ = this.line.rx$;
    this.longestPause = this.line.longestPause;
    this.advice = this.line.advice;
    this.notices$ = this.line.notices$ ?? EMPTY;
    this.hints$ = this.line.hints$;
    if (settings.rtscts && this.line.hold) this.hold = this.line.hold;
    const newReader = (): ByteReader => {
      const reader = new ByteReader(() => this.rx$, {
        capacity,
        overflow: () => new OSError('ENOBUFS', 'read', `read: more than ${capacity} bytes came unread (read_buf_len)`),
      });
      reader.connect();
      return reader;
    };
    this.readers = new BehaviorSubject(newReader());
    const { line } = this;
    if (line.reopen) this.reopen = (reopenOptions) => promiseOf(this.reopening(newReader), reopenOptions);
    const readable$ = this.readers.pipe(switchMap((reader) => reader.readable$));
    this.readiness$ = combineLatest([this.line.readiness$, readable$]).pipe(
      map(([line, readable]) => ({ ...line, readable })),
      distinctUntilChanged(sameReadiness),
    );
  }

  private get reader(): ByteReader {
    return this.readers.value;
  }

  /** Bytes that could be read now. */
  any(): number {
    return this.reader.length;
  }

  /**
   * Resolves to `size` bytes, or to what has come when the time is up; without `size`, to what has come when the line has
   * been quiet for that time, or to the first `read_buf_len` bytes of a line that is never quiet. `null` when nothing has.
   */
  read(options?: Abortable): Promise<Buffer | null>;
  read(size: number | undefined, options?: Abortable): Promise<Buffer | null>;
  read(first?: number | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(
      defer(() => {
        if (size === undefined) return this.untilQuiet();
        new Call('read').checkSize(size);
        return this.reader.read$(size).pipe(this.inTime(() => this.reader.readNow(size)));
      }),
      options,
    );
  }

  /** As {@link read}, into a buffer and no further than its end: resolves to the number of bytes stored, or `null`. */
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, size: number | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | Abortable, second?: Abortable): Promise<number | null> {
    const [[size = Infinity], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(
      defer(() => {
        const call = new Call('readinto');
        call.checkTarget(target);
        call.checkSize(size);
        const part = target.subarray(0, size);
        return this.reader.readinto$(part).pipe(this.inTime(() => this.reader.readintoNow(part)));
      }),
      options,
    );
  }

  /** Resolves to a line with its newline, or to what has come of it when the time is up; `null` when nothing has. */
  readline(options?: Abortable): Promise<Buffer | null> {
    return promiseOf(this.reader.readline$().pipe(this.inTime(() => this.reader.readNow())), options);
  }

  /** Resolves to the number of bytes, when the line can take more. Given up, the bytes may go all the same. */
  write(data: Sendable, options?: Abortable): Promise<number> {
    return promiseOf(
      defer(() => {
        const bytes = new Call('write').bytesOf(data);
        if (this.closedWith) throw this.closedWith;
        return concat(defer(() => this.line.write(bytes)).pipe(ignoreElements()), of(bytes.length));
      }),
      options,
    );
  }

  /** Closes the line, and drops what has not been read. Closing twice is no error; it goes on when it is given up. */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.closed$, options);
  }

  /** As {@link close}: MaixPy's name for it. */
  deinit(options?: Abortable): Promise<void> {
    return promiseOf(this.closed$, options);
  }

  /** `await using uart = new machine.UART(…)` closes it at the end of the block. */
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

  /** Goes on when it is given up. */
  private reopening(newReader: () => ByteReader): Observable<void> {
    return defer(() => {
      const opened$ = defer(() => this.line.reopen?.() ?? EMPTY).pipe(ignoreElements());
      const read$ = defer(() => {
        if (!this.closedWith) this.readers.next(newReader());
        return of(undefined);
      });
      return concat(opened$, read$).pipe(runOnce());
    });
  }

  /** Ends a read with what there is when the time is up. */
  private inTime<T>(take: () => T | null): OperatorFunction<T, T | null> {
    return timeout({ first: this.timeout, with: () => defer(() => of(take())) });
  }

  private untilQuiet(): Observable<Buffer | null> {
    const quiet$ = this.rx$.pipe(
      startWith(undefined),
      switchMap(() => timer(this.timeout)),
      // The end of the line is as quiet as can be; its failure is told by the read.
      catchError(() => of(0)),
      endWith(0),
    );
    // A line that is never quiet sends more than is held.
    const over$ = this.reader.finished$.pipe(filter(Boolean));
    return merge(quiet$, over$).pipe(
      take(1),
      map(() => this.reader.readNow()),
    );
  }
}

/** A virtual modem's line; `EINVAL` for one that there cannot be. */
function virtualLine(options: EmulatorOptions): Uart {
  try {
    return createEmulator(options).uart;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new OSError('EINVAL', 'UART', `UART: emulator: ${cause.message}`, { cause });
  }
}

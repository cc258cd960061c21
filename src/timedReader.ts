import {
  BehaviorSubject,
  catchError,
  defer,
  endWith,
  filter,
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

import { ByteReader, type Uart } from './streams';
import { OSError } from './usocket';

/** How a {@link TimedReader} reads. */
export interface TimedReaderOptions {
  /** How many milliseconds a read waits. */
  readonly timeout: number;
  /** The most bytes that are kept until they are read. When more come, the reads fail with `ENOBUFS`. */
  readonly capacity: number;
}

/**
 * Reads a serial line as MicroPython's `UART` does: a read waits for some time, and then gives the bytes that have
 * come. Bytes that come between reads are kept. The methods that end in `$` are cold.
 */
export class TimedReader {
  /** Whether a read would return at once; replays the current state. */
  readonly readable$: Observable<boolean>;

  private readonly readers: BehaviorSubject<ByteReader>;

  constructor(
    private readonly line: Uart,
    private readonly options: TimedReaderOptions,
  ) {
    this.readers = new BehaviorSubject(this.connected());
    this.readable$ = this.readers.pipe(switchMap(({ readable$ }) => readable$));
  }

  /** Bytes that have come and are not read yet. */
  get length(): number {
    return this.reader.length;
  }

  /** Emits `size` bytes, or those that have come when the time is up; `null` when none have. */
  read$(size: number): Observable<Buffer | null> {
    return this.reader.read$(size).pipe(this.inTime(() => this.reader.readNow(size)));
  }

  /** Emits the received bytes when the line has been silent for the time, or when the capacity is reached. */
  readUntilSilent$(): Observable<Buffer | null> {
    const silence$ = this.line.rx$.pipe(
      startWith(undefined),
      switchMap(() => timer(this.options.timeout)),
      // Nothing comes after the end of the line either. If the line has failed, the read below errors.
      catchError(() => of(0)),
      endWith(0),
    );
    const overflow$ = this.reader.finished$.pipe(filter(Boolean));
    return merge(silence$, overflow$).pipe(
      take(1),
      map(() => this.reader.readNow()),
    );
  }

  /** Fills the target, and emits the number of bytes, which is smaller when the time is up; `null` for none. */
  readinto$(target: Uint8Array): Observable<number | null> {
    return this.reader.readinto$(target).pipe(this.inTime(() => this.reader.readintoNow(target)));
  }

  /** Emits a line with its newline, or what has come of it when the time is up; `null` when nothing has. */
  readline$(): Observable<Buffer | null> {
    return this.reader.readline$().pipe(this.inTime(() => this.reader.readNow()));
  }

  /** Drops unread bytes, and reads a line that has been opened again. */
  renew(): void {
    this.readers.next(this.connected());
  }

  /** Drops unread bytes. Every read then fails with this error. */
  close(error: Error): void {
    this.reader.close(error);
  }

  private get reader(): ByteReader {
    return this.readers.value;
  }

  private connected(): ByteReader {
    const { capacity } = this.options;
    const reader = new ByteReader(() => this.line.rx$, {
      capacity,
      overflow: () => new OSError('ENOBUFS', 'read', `read: more than ${capacity} bytes came unread (read_buf_len)`),
    });
    reader.connect();
    return reader;
  }

  /** Ends a read with the bytes that have come when the time is up. */
  private inTime<T>(take: () => T | null): OperatorFunction<T, T | null> {
    return timeout({ first: this.options.timeout, with: () => defer(() => of(take())) });
  }
}

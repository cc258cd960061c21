import { distinctUntilChanged, map, type Observable, Subscription } from 'rxjs';

import { Mutex } from '../concurrency/mutex';
import { ByteQueue, type ByteQueueOptions } from '../queues/byteQueue';
import { peek } from './peek';
import { fillFrom } from './queueBytes';
import { read } from './read';
import { readinto } from './readinto';
import { readline } from './readline';
import { recv } from './recv';
import { takeChunks, takeLines } from './takeChunks';

/**
 * Reads a byte stream piece by piece. Each read starts where the one before has stopped; reads are served in the order
 * of their subscriptions, and a read that is cancelled has taken nothing.
 *
 *     const reader = new ByteReader(() => uart.rx$);
 *     const connection = reader.connect();
 *     reader.readline$().pipe(concatWith(reader.read$(16))).subscribe(console.log);
 *
 * The methods that end in `$` are cold: each subscription is a read of its own. They throw a `RangeError` at the call if
 * a size, which is in bytes, is negative or not whole. The methods that end in `Now` do not wait.
 */
export class ByteReader {
  private readonly queue: ByteQueue;
  private readonly mutex = new Mutex();
  private connection = Subscription.EMPTY;

  /**
   * @param source Makes the stream. It is given how many bytes the queue has room for, so that a source that can hold its
   * sender back does so.
   * @param options The capacity of the queue, and the error of exceeding it.
   */
  constructor(
    private readonly source: (room$: Observable<number>) => Observable<Uint8Array>,
    options?: ByteQueueOptions,
  ) {
    this.queue = new ByteQueue(options);
  }

  // The next four are made when they are asked for, because most readers are never asked for them.

  /**
   * Every chunk as it arrives, until the stream ends or fails. Cold. It is one long read: other reads wait until it is
   * over or unsubscribed, and then start after the last chunk that it has emitted.
   */
  get data$(): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(takeChunks()));
  }

  /**
   * Every line with its newline, until the stream ends or fails; only the last line may lack the newline. Cold. It is one
   * long read like {@link ByteReader.data$}.
   */
  get lines$(): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(takeLines()));
  }

  /** Whether a read would return at once, with bytes, the end or an error; replays the current state. */
  get readable$(): Observable<boolean> {
    return this.queue.settled$.pipe(
      map(() => this.readable),
      distinctUntilChanged(),
    );
  }

  /** Whether the stream has ended or failed, even if bytes are still to be read; replays the current state. */
  get finished$(): Observable<boolean> {
    return this.queue.changes$.pipe(
      map(({ finished }) => finished),
      distinctUntilChanged(),
    );
  }

  /** Subscribes to the source, whose bytes are then queued. The owner calls it once, and unsubscribes or closes to stop. */
  connect(): Subscription {
    const { queue } = this;
    const leave = () => this.connection.unsubscribe();
    this.connection = fillFrom(this.source(queue.room$), queue, leave);
    // It may have ended while it was subscribed to.
    if (queue.finished) leave();
    return this.connection;
  }

  /** Whether a read would return at once, with bytes, the end or an error. */
  get readable(): boolean {
    return this.queue.length > 0 || this.queue.finished;
  }

  /** Bytes that have arrived and are not read yet. */
  get length(): number {
    return this.queue.length;
  }

  /** Whether the stream has ended or failed, even if bytes are still to be read. */
  get finished(): boolean {
    return this.queue.finished;
  }

  /** The error that the stream has failed with; `undefined` if it has not, or after {@link ByteReader.clearFailure}. */
  get failure(): Error | undefined {
    return this.queue.failure;
  }

  /** Whether the stream has failed, even if {@link ByteReader.clearFailure} has been called since. */
  get hasFailed(): boolean {
    return this.queue.hasFailed;
  }

  /**
   * Takes what is there as soon as there is anything, at least 1 byte and at most `size`. An empty buffer means that the
   * stream has ended. Errors with the stream, once its bytes are read.
   */
  recv$(size: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(recv(size)));
  }

  /**
   * Copies the next bytes, at most `size`, as soon as there are `least` of them (default: 1), and leaves them for the
   * next read. An empty buffer means that the stream has ended. Errors with the stream.
   */
  peek$(size: number, least?: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(peek(size, least)));
  }

  /**
   * Takes exactly `size` bytes, or, without a size, all until the end of the stream. The result is shorter only if the
   * stream ends first. Errors with a stream that fails first; its bytes stay for a smaller read.
   */
  read$(size?: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(read(size)));
  }

  /**
   * Fills the start of `target` with `size` bytes (default: all of it), or with fewer if the stream ends first, and emits
   * their number. Errors with a stream that fails first, and leaves `target` as it was.
   */
  readinto$(target: Uint8Array, size?: number): Observable<number> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(readinto(target, size)));
  }

  /**
   * Takes one line with its newline; of a line longer than `size` (default: no limit), its first `size` bytes. Takes what
   * is left if the stream ends first. Errors with a stream that fails first; its bytes stay for `recv$`.
   */
  readline$(size?: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(readline(size)));
  }

  /**
   * Takes up to `size` bytes that are there now (default: all). `null` if there are none yet, or if another read is
   * waiting for them; an empty buffer at the end of the stream.
   *
   * Throws the error of a stream that has failed, once its bytes are read.
   */
  readNow(size = Infinity): Buffer | null {
    return this.canTake() ? this.queue.takeUpTo(size) : null;
  }

  /** Copies up to `size` bytes that are there now, and leaves them; otherwise like {@link ByteReader.readNow}. */
  peekNow(size: number): Buffer | null {
    return this.canTake() ? this.queue.peek(size) : null;
  }

  /**
   * Fills the start of `target` with bytes that are there now, and returns their number: 0 at the end of the stream.
   * `null` and the error are those of {@link ByteReader.readNow}.
   */
  readintoNow(target: Uint8Array): number | null {
    return this.canTake() ? this.queue.takeInto(target) : null;
  }

  /**
   * Takes bytes that are there now, up to the first newline and at most `size` (default: no limit). So a line that is not
   * whole yet comes in parts. `null`, the end and the error are those of {@link ByteReader.readNow}.
   */
  readlineNow(size = Infinity): Buffer | null {
    return this.readNow(Math.min(this.queue.lineLength ?? Infinity, size));
  }

  /** Turns the failure of the stream into its end, so that the error is reported once, as `SO_ERROR` is. */
  clearFailure(): void {
    this.queue.clearFailure();
  }

  /** Changes how many bytes are queued for later reads. Bytes that are queued already stay. */
  resize(capacity: number): void {
    this.queue.resize(capacity);
  }

  /** Drops all bytes, leaves the source, and ends every read, pending or later, with this error. */
  close(error: Error): void {
    this.queue.close(error);
    this.connection.unsubscribe();
  }

  /** Whether a read gets bytes or the end at once. Throws the error of a stream that has failed and is empty. */
  private canTake(): boolean {
    if (this.mutex.locked) return false;
    if (this.queue.length === 0 && this.queue.failure) throw this.queue.failure;
    return this.readable;
  }
}

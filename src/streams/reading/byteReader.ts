import { distinctUntilChanged, map, type Observable, type Subscription } from 'rxjs';

import { ByteQueue, type ByteQueueOptions } from '../queues/byteQueue';
import { takeChunks, takeLines } from './takeChunks';
import { peek } from './peek';
import { fillQueue } from './queueBytes';
import { read } from './read';
import { readinto } from './readinto';
import { readline } from './readline';
import { recv } from './recv';
import { Mutex } from '../concurrency/mutex';

/**
 * A byte stream that can be read piece by piece: what one read leaves is there for the next, reads are served in
 * order, and a read that is cancelled has taken nothing.
 *
 *     const reader = new ByteReader(() => port.rx$);
 *     const reading = reader.connect();
 *     reader.readline$().pipe(concatWith(reader.read$(16))).subscribe(show);
 *
 * The source is a function, for a source that can hold its sender back is told how much room there is.
 */
export class ByteReader {
  /** Every chunk until the end of the stream. Cold: it is one long read, and other reads wait until it is over. */
  readonly data$: Observable<Buffer>;
  /** Every line, with its newline; the last one may have none. Cold, one long read like {@link data$}. */
  readonly lines$: Observable<Buffer>;
  /** Whether a read would return at once; replays the current state. */
  readonly readable$: Observable<boolean>;
  /** Whether the stream has ended or failed, read to the end or not; replays the current state. */
  readonly finished$: Observable<boolean>;

  private readonly queue: ByteQueue;
  private readonly mutex = new Mutex();

  constructor(
    private readonly source: (room$: Observable<number>) => Observable<Uint8Array>,
    options?: ByteQueueOptions,
  ) {
    this.queue = new ByteQueue(options);
    this.data$ = this.mutex.runExclusive(this.queue.changes$.pipe(takeChunks()));
    this.lines$ = this.mutex.runExclusive(this.queue.changes$.pipe(takeLines()));
    this.readable$ = this.queue.changes$.pipe(
      map(() => this.readable),
      distinctUntilChanged(),
    );
    this.finished$ = this.queue.changes$.pipe(
      map(({ finished }) => finished),
      distinctUntilChanged(),
    );
  }

  /** Starts to take bytes from the source; unsubscribing stops. The owner calls it once. */
  connect(): Subscription {
    return this.source(this.queue.room$).pipe(fillQueue(this.queue)).subscribe();
  }

  /** Whether a read would return at once. */
  get readable(): boolean {
    return this.queue.length > 0 || this.queue.finished;
  }

  /** Bytes that could be read now. */
  get length(): number {
    return this.queue.length;
  }

  /** Why the stream has failed, if it has. */
  get failure(): Error | undefined {
    return this.queue.failure;
  }

  /** Whether the stream has failed, forgotten since or not. */
  get hasFailed(): boolean {
    return this.queue.hasFailed;
  }

  /** See {@link recv}. Cold. */
  recv$(size: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(recv(size)));
  }

  /** See {@link peek}. Cold. */
  peek$(size: number, least?: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(peek(size, least)));
  }

  /** See {@link read}. Cold. */
  read$(size?: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(read(size)));
  }

  /** See {@link readinto}. Cold. */
  readinto$(target: Uint8Array, size?: number): Observable<number> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(readinto(target, size)));
  }

  /** See {@link readline}. Cold. */
  readline$(size?: number): Observable<Buffer> {
    return this.mutex.runExclusive(this.queue.changes$.pipe(readline(size)));
  }

  /**
   * Takes up to `size` bytes that are there now. `null` when there are none yet, or when another read is waiting for
   * them; an empty buffer at the end of the stream.
   *
   * Throws the error of a stream that has failed, once its bytes are read.
   */
  readNow(size = Infinity): Buffer | null {
    return this.canTake() ? this.queue.takeUpTo(size) : null;
  }

  /** As {@link readNow}, of bytes that stay: a copy of them. */
  peekNow(size: number): Buffer | null {
    return this.canTake() ? this.queue.peek(size) : null;
  }

  /** As {@link readNow}, into a buffer: the number of bytes stored, or `null`; 0 at the end of the stream. */
  readintoNow(target: Uint8Array): number | null {
    return this.canTake() ? this.queue.takeInto(target) : null;
  }

  /** As {@link readNow}, but no further than the first newline. */
  readlineNow(size = Infinity): Buffer | null {
    return this.readNow(Math.min(this.queue.lineLength ?? Infinity, size));
  }

  /** Reads behind the failure of the stream find its end: who was to hear of it has. */
  clearFailure(): void {
    this.queue.clearFailure();
  }

  /** Changes how many bytes are held for reads to come. */
  resize(capacity: number): void {
    this.queue.resize(capacity);
  }

  /** Ends every read, pending or to come, with this error. */
  close(error: Error): void {
    this.queue.close(error);
  }

  /** Whether a read gets bytes, or the end, at once; throws what the stream has failed with. */
  private canTake(): boolean {
    if (this.mutex.locked) return false;
    if (this.queue.length === 0 && this.queue.failure) throw this.queue.failure;
    return this.readable;
  }
}

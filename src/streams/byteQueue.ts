import { BehaviorSubject, distinctUntilChanged, map, type Observable } from 'rxjs';

const newline = 0x0a;

export interface ByteQueueOptions {
  /** Bytes held for readers that have not asked yet. What a pending read asks for comes on top. Default: no limit. */
  readonly capacity?: number;
  /** Makes the error of bytes that come when the queue is full. */
  readonly overflow?: () => Error;
}

/**
 * The bytes received and not yet read. Chunks go in and out as they are: a payload is copied only when a reader asks
 * for more in one piece than one chunk holds.
 *
 * What is in the queue when the stream ends or fails can still be read; the end or the failure comes after it.
 */
export class ByteQueue {
  /** The queue itself at every change of it; replays it to a late subscriber. Never completes. */
  readonly changes$: Observable<ByteQueue>;
  /** How many bytes may still come; replays the current number. This is what holds a sender back. */
  readonly room$: Observable<number>;

  private readonly changed = new BehaviorSubject<ByteQueue>(this);
  private readonly capacity: number;
  private readonly overflow: () => Error;
  private chunks: Buffer[] = [];
  private head = 0;
  private held = 0;
  private wanted = 0;
  private searchedChunks = 0;
  private searchedBytes = 0;
  private isEnded = false;
  private failedWith: Error | undefined;

  constructor({ capacity = Infinity, overflow = () => new RangeError('byte queue overflow') }: ByteQueueOptions = {}) {
    this.capacity = capacity;
    this.overflow = overflow;
    this.changes$ = this.changed.asObservable();
    this.room$ = this.changed.pipe(
      map((queue) => queue.room),
      distinctUntilChanged(),
    );
  }

  /** Bytes that can be taken now. */
  get length(): number {
    return this.held;
  }

  /** Why no more bytes will come, if that is a failure. */
  get failure(): Error | undefined {
    return this.failedWith;
  }

  /** Whether no more bytes will come. */
  get finished(): boolean {
    return this.isEnded || this.failedWith !== undefined;
  }

  /** Bytes that may still come before the queue overflows. */
  get room(): number {
    return this.finished ? 0 : Math.max(0, this.capacity + this.wanted - this.held);
  }

  /** Bytes up to and including the first newline, if there is one. Looks at each byte once, however often it is asked. */
  get lineLength(): number | undefined {
    for (; this.searchedChunks < this.chunks.length; this.searchedChunks++) {
      const chunk = this.chunkAt(this.searchedChunks);
      const at = chunk.indexOf(newline);
      if (at >= 0) return this.searchedBytes + at + 1;
      this.searchedBytes += chunk.length;
    }
    return undefined;
  }

  /** Adds what was received. More than there is room for fails the queue: what came before it stays whole. */
  push(bytes: Uint8Array): void {
    if (this.finished || bytes.length === 0) return;
    if (bytes.length > this.room) {
      this.fail(this.overflow());
      return;
    }
    this.chunks.push(asBuffer(bytes));
    this.held += bytes.length;
    this.changed.next(this);
  }

  /** The stream has ended well. */
  end(): void {
    if (this.finished) return;
    this.isEnded = true;
    this.changed.next(this);
  }

  /** The stream has failed. */
  fail(error: Error): void {
    if (this.finished) return;
    this.failedWith = error;
    this.changed.next(this);
  }

  /** Drops what is held: every read, pending or to come, fails with this error. */
  close(error: Error): void {
    this.chunks = [];
    this.head = this.held = this.searchedChunks = this.searchedBytes = 0;
    this.failedWith = error;
    this.changed.next(this);
  }

  /** Tells that a reader waits for this many bytes, so that they may come whatever the capacity. 0 takes it back. */
  want(size: number): void {
    if (size === this.wanted) return;
    this.wanted = size;
    this.changed.next(this);
  }

  /** Takes at least one byte if there are any, and at most `size`: as many as lie in one piece. */
  take(size: number): Buffer {
    const first = this.chunks[this.head];
    return first === undefined || size <= 0 ? Buffer.alloc(0) : this.takeExactly(Math.min(size, first.length));
  }

  /** Takes `size` bytes in one piece, or all there are if they are fewer. */
  takeExactly(size: number): Buffer {
    const pieces: Buffer[] = [];
    let missing = Math.min(size, this.held);
    this.held -= missing;
    this.searchedBytes = Math.max(0, this.searchedBytes - missing);
    while (missing > 0) {
      const chunk = this.chunkAt(this.head);
      pieces.push(chunk.subarray(0, missing));
      if (chunk.length > missing) this.chunks[this.head] = chunk.subarray(missing);
      else this.dropHead();
      missing = Math.max(0, missing - chunk.length);
    }
    const [only] = pieces;
    const taken = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    if (taken.length > 0) this.changed.next(this);
    return taken;
  }

  private chunkAt(index: number): Buffer {
    const chunk = this.chunks[index];
    if (chunk === undefined) throw new RangeError('byte queue: no such chunk');
    return chunk;
  }

  private dropHead(): void {
    this.chunks[this.head] = Buffer.alloc(0); // lets go of the memory before the array is compacted
    this.head++;
    if (this.head * 2 >= this.chunks.length) {
      this.chunks = this.chunks.slice(this.head);
      this.searchedChunks -= this.head;
      this.head = 0;
    }
    if (this.searchedChunks <= this.head) {
      this.searchedChunks = this.head;
      this.searchedBytes = 0;
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

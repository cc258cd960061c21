import { BehaviorSubject, Observable } from 'rxjs';

import { LazyState } from '../state/lazyState';
import { asBuffer } from './asBuffer';
import { assertSize } from './size';

const newline = 0x0a;

/** How much a {@link ByteQueue} holds, and how it fails when more arrives. */
export interface ByteQueueOptions {
  /** Bytes held for later reads. The demand of pending reads comes on top. Default: no limit. */
  readonly capacity?: number;
  /** Makes the error for bytes that arrive when the queue is full. Default: a `RangeError`. */
  readonly overflow?: () => Error;
}

/**
 * The bytes received and not yet read. Chunks go in and out as they are: bytes are copied only when a reader takes more
 * in one piece than one chunk holds.
 *
 * What is in the queue when the stream ends or fails can still be read; the end or the failure follows it.
 *
 *     const queue = new ByteQueue({ capacity: 8192 });
 *     queue.push(Buffer.from('one\ntw'));
 *     queue.changes$.pipe(readline()).subscribe((line) => console.log(String(line))); // one
 *
 * Methods with a size throw a `RangeError` if it is negative or not whole; `Infinity` means all.
 */
export class ByteQueue {
  /** For those who read. */
  private readonly changed = new BehaviorSubject<ByteQueue>(this);
  /** For those who watch: bytes that a reader waits for are taken before they are told. */
  private readonly settled = new LazyState<ByteQueue>(this);
  private demands: readonly { readonly size: number }[] = [];
  private capacity: number;
  private readonly overflow: () => Error;
  private chunks: Buffer[] = [];
  private head = 0;
  private held = 0;
  private searchedChunks = 0;
  private searchedBytes = 0;
  private offered = 0;
  private batches = 0;
  private isChangePending = false;
  private isEnded = false;
  private wasCleared = false;
  private failedWith: Error | undefined;

  constructor({ capacity = Infinity, overflow = () => new RangeError('byte queue overflow') }: ByteQueueOptions = {}) {
    this.capacity = capacity;
    this.overflow = overflow;
  }

  /** Emits the queue itself on subscribe and at each change. Never completes. */
  get changes$(): Observable<ByteQueue> {
    return this.changed.asObservable();
  }

  /** The same for those who only watch: they are told after the readers that the change has served. */
  get settled$(): Observable<ByteQueue> {
    return this.settled.state$;
  }

  /**
   * How many bytes the queue has room for; replays the current number. A sender that can be held back sends no more
   * than that. Room that has been emitted stays valid even if the reader that asked for it has gone, because the bytes
   * may be on their way.
   */
  get room$(): Observable<number> {
    return new Observable((subscriber) => {
      let last: number | undefined;
      return this.changed.subscribe({
        next: ({ room }) => {
          if (room === last) return;
          last = room;
          this.offered = Math.max(this.offered, room);
          subscriber.next(room);
        },
        error: (error: unknown) => subscriber.error(error),
      });
    });
  }

  /** How many bytes can be taken without waiting. */
  get length(): number {
    return this.held;
  }

  /** The error that the stream has failed with; `undefined` if it has not, or after {@link ByteQueue.clearFailure}. */
  get failure(): Error | undefined {
    return this.failedWith;
  }

  /** Whether the stream has failed, even if {@link ByteQueue.clearFailure} has been called since. */
  get hasFailed(): boolean {
    return this.failedWith !== undefined || this.wasCleared;
  }

  /** Whether the stream has ended or failed, so that no more bytes are added. */
  get finished(): boolean {
    return this.isEnded || this.failedWith !== undefined;
  }

  /** Bytes that can be added before the queue overflows: capacity and demand, less what it holds. 0 once finished. */
  get room(): number {
    if (this.finished) return 0;
    let limit = this.capacity;
    for (const { size } of this.demands) limit += size;
    return Math.max(0, limit - this.held);
  }

  /** Bytes up to and including the first newline, or `undefined` without one. Each byte is searched once only. */
  get lineLength(): number | undefined {
    for (; this.searchedChunks < this.chunks.length; this.searchedChunks++) {
      const chunk = this.chunkAt(this.searchedChunks);
      const at = chunk.indexOf(newline);
      if (at >= 0) return this.searchedBytes + at + 1;
      this.searchedBytes += chunk.length;
    }
    return undefined;
  }

  /** Changes the capacity. Bytes that are in the queue already stay. */
  resize(capacity: number): void {
    this.capacity = capacity;
    this.emitChange();
  }

  /**
   * Adds bytes, which are not copied. If there is no room for all of them, none is added and the queue fails with the
   * error of `overflow`; what arrived before stays. Does nothing once the queue is finished.
   */
  push(bytes: Uint8Array): void {
    if (this.finished || bytes.length === 0) return;
    if (bytes.length > Math.max(this.room, this.offered)) {
      this.fail(this.overflow());
      return;
    }
    this.chunks.push(asBuffer(bytes));
    this.held += bytes.length;
    this.offered = Math.max(0, this.offered - bytes.length);
    this.emitChange();
  }

  /** Marks the end of the stream. Does nothing once the queue is finished. */
  end(): void {
    if (this.finished) return;
    this.isEnded = true;
    this.emitChange();
  }

  /** Marks the failure of the stream. Does nothing once the queue is finished. */
  fail(error: Error): void {
    if (this.finished) return;
    this.failedWith = error;
    // A queue that nobody reads would keep the large buffers that its chunks are parts of.
    this.join();
    this.emitChange();
  }

  /** Turns the failure of the stream into its end, so that the error is reported once, as `SO_ERROR` is. */
  clearFailure(): void {
    if (!this.failedWith) return;
    this.failedWith = undefined;
    this.isEnded = this.wasCleared = true;
    this.emitChange();
  }

  /** Drops all bytes: every read, pending or later, fails with this error. */
  close(error: Error): void {
    this.chunks = [];
    this.head = this.held = this.searchedChunks = this.searchedBytes = 0;
    this.failedWith = error;
    this.emitChange();
  }

  /**
   * Makes room beyond the capacity for `size` bytes that a reader waits for. Returns a function that withdraws the
   * demand; calling it twice is not an error.
   */
  demand(size: number): () => void {
    assertSize(size);
    if (size === 0) return () => undefined;
    const demand = { size };
    this.demands = [...this.demands, demand];
    this.emitChange();
    return () => {
      if (!this.demands.includes(demand)) return;
      this.demands = this.demands.filter((other) => other !== demand);
      this.emitChange();
    };
  }

  /**
   * Runs `step` and returns its result; {@link ByteQueue.changes$} emits only when it is over, once. A reader takes bytes
   * and delivers them in one batch: a subscriber who sees the change may cancel the reader, and bytes that are taken and
   * not delivered would be lost.
   */
  batch<T>(step: () => T): T {
    this.batches++;
    try {
      return step();
    } finally {
      this.batches--;
      if (this.isChangePending) this.emitChange();
    }
  }

  /** Takes bytes of the first chunk, at most `size`. Never copies. An empty buffer if the queue is empty. */
  takeChunk(size: number): Buffer {
    assertSize(size);
    const first = this.chunks[this.head];
    return first === undefined ? Buffer.alloc(0) : this.takeUpTo(Math.min(size, first.length));
  }

  /** Takes `size` bytes in one piece, or all if they are fewer. Copies only what lies in more than one chunk. */
  takeUpTo(size: number): Buffer {
    assertSize(size);
    const pieces = this.takePieces(size);
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
  }

  /** Copies the first `size` bytes, or all if they are fewer, and leaves them in the queue. */
  peek(size: number): Buffer {
    assertSize(size);
    const copy = Buffer.allocUnsafe(Math.min(size, this.held));
    let filled = 0;
    for (let index = this.head; filled < copy.length; index++) filled += this.chunkAt(index).copy(copy, filled);
    return copy;
  }

  /** Moves bytes into the start of `target`, as many as there are and fit, and returns their number. */
  takeInto(target: Uint8Array): number {
    return this.batch(() => {
      let filled = 0;
      for (const piece of this.takePieces(target.length)) {
        target.set(piece, filled);
        filled += piece.length;
      }
      return filled;
    });
  }

  private takePieces(size: number): readonly Buffer[] {
    const pieces: Buffer[] = [];
    const taken = Math.min(size, this.held);
    let missing = taken;
    this.held -= taken;
    this.searchedBytes = Math.max(0, this.searchedBytes - taken);
    while (missing > 0) {
      const chunk = this.chunkAt(this.head);
      pieces.push(chunk.subarray(0, missing));
      if (chunk.length > missing) this.chunks[this.head] = chunk.subarray(missing);
      else this.dropHead();
      missing = Math.max(0, missing - chunk.length);
    }
    if (taken > 0) this.emitChange();
    return pieces;
  }

  /** Joins what is left. It may stay for ever, and many small chunks keep much larger buffers alive. */
  private join(): void {
    if (this.chunks.length - this.head < 2) return;
    this.chunks = [Buffer.concat(this.chunks.slice(this.head))];
    this.head = this.searchedChunks = this.searchedBytes = 0;
  }

  private emitChange(): void {
    this.isChangePending = this.batches > 0;
    if (this.isChangePending) return;
    this.changed.next(this);
    this.settled.next(this);
  }

  private chunkAt(index: number): Buffer {
    const chunk = this.chunks[index];
    if (chunk === undefined) throw new RangeError('byte queue: no such chunk');
    return chunk;
  }

  private dropHead(): void {
    this.chunks[this.head] = Buffer.alloc(0); // frees the memory before the array is compacted
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

import { BehaviorSubject, distinctUntilChanged, map, type Observable, tap } from 'rxjs';

import { asBuffer } from './asBuffer';
import { assertSize } from './size';

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
  /**
   * How many bytes may still come; replays the current number. This is what holds a sender back. What it has offered
   * may come even if the reader who wanted it has gone since: the sender may have been asked for it.
   */
  readonly room$: Observable<number>;

  private readonly changed = new BehaviorSubject<ByteQueue>(this);
  private readonly demands = new Set<{ readonly size: number }>();
  private capacity: number;
  private readonly overflow: () => Error;
  private chunks: Buffer[] = [];
  private head = 0;
  private held = 0;
  private searchedChunks = 0;
  private searchedBytes = 0;
  private offered = 0;
  private steps = 0;
  private isUntold = false;
  private isEnded = false;
  private wasCleared = false;
  private failedWith: Error | undefined;

  constructor({ capacity = Infinity, overflow = () => new RangeError('byte queue overflow') }: ByteQueueOptions = {}) {
    this.capacity = capacity;
    this.overflow = overflow;
    this.changes$ = this.changed.asObservable();
    this.room$ = this.changed.pipe(
      map((queue) => queue.room),
      distinctUntilChanged(),
      tap((room) => (this.offered = Math.max(this.offered, room))),
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

  /** Whether the stream has failed, forgotten since or not. */
  get hasFailed(): boolean {
    return this.failedWith !== undefined || this.wasCleared;
  }

  /** Whether no more bytes will come. */
  get finished(): boolean {
    return this.isEnded || this.failedWith !== undefined;
  }

  /** Bytes that may still come before the queue overflows. */
  get room(): number {
    if (this.finished) return 0;
    let limit = this.capacity;
    for (const { size } of this.demands) limit += size;
    return Math.max(0, limit - this.held);
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

  /** Changes the capacity. What is held already stays. */
  resize(capacity: number): void {
    this.capacity = capacity;
    this.tell();
  }

  /** Adds what was received. More than there is room for fails the queue: what came before it stays whole. */
  push(bytes: Uint8Array): void {
    if (this.finished || bytes.length === 0) return;
    if (bytes.length > Math.max(this.room, this.offered)) {
      this.fail(this.overflow());
      return;
    }
    this.chunks.push(asBuffer(bytes));
    this.held += bytes.length;
    this.offered = Math.max(0, this.offered - bytes.length);
    this.tell();
  }

  /** The stream has ended well. */
  end(): void {
    if (this.finished) return;
    this.isEnded = true;
    this.tell();
  }

  /** The stream has failed. */
  fail(error: Error): void {
    if (this.finished) return;
    this.failedWith = error;
    this.tell();
  }

  /** The failure has been told, and is not told again: behind it the stream has just ended. */
  clearFailure(): void {
    if (!this.failedWith) return;
    this.failedWith = undefined;
    this.isEnded = this.wasCleared = true;
    this.tell();
  }

  /** Drops what is held: every read, pending or to come, fails with this error. */
  close(error: Error): void {
    this.chunks = [];
    this.head = this.held = this.searchedChunks = this.searchedBytes = 0;
    this.failedWith = error;
    this.tell();
  }

  /**
   * Tells that a reader waits for this many bytes, so that they may come whatever the capacity. The function that it
   * returns takes this back; calling that again is no error.
   */
  demand(size: number): () => void {
    assertSize(size);
    if (size === 0) return () => undefined;
    const demand = { size };
    this.demands.add(demand);
    this.tell();
    return () => {
      if (this.demands.delete(demand)) this.tell();
    };
  }

  /**
   * Tells what `step` has changed only when it is over. A reader takes bytes and delivers them in one step, for whoever
   * hears that they have been taken may cancel the reader, and on their way they would be lost.
   */
  batch<T>(step: () => T): T {
    this.steps++;
    try {
      return step();
    } finally {
      this.steps--;
      if (this.isUntold) this.tell();
    }
  }

  /** Takes at least one byte if there are any, and at most `size`: as many as lie in one piece. */
  takeChunk(size: number): Buffer {
    assertSize(size);
    const first = this.chunks[this.head];
    return first === undefined ? Buffer.alloc(0) : this.takeUpTo(Math.min(size, first.length));
  }

  /** Takes `size` bytes in one piece, or all there are if they are fewer. */
  takeUpTo(size: number): Buffer {
    assertSize(size);
    const pieces = this.takePieces(size);
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
  }

  /** A copy of the first `size` bytes, or of all there are if they are fewer: they stay. */
  peek(size: number): Buffer {
    assertSize(size);
    const copy = Buffer.allocUnsafe(Math.min(size, this.held));
    let filled = 0;
    for (let index = this.head; filled < copy.length; index++) filled += this.chunkAt(index).copy(copy, filled);
    return copy;
  }

  /** Fills `target` from its start with what there is, and tells how many bytes that was. */
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
    if (taken > 0) this.tell();
    return pieces;
  }

  private tell(): void {
    this.isUntold = this.steps > 0;
    if (!this.isUntold) this.changed.next(this);
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

import { writeSync } from 'node:fs';
import type { ConnectOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import { types } from 'node:util';

import { noop, type SchedulerLike, Subscription } from 'rxjs';

import type { ReadWait } from './readWait';

/** The size of the buffers that bytes are read into, and the least room for one read, in bytes. */
const bufferSize = 65_536;
const leastRoom = 4_096;

/** The errors of a file that nothing can be written to now. */
const laterCodes = new Set<unknown>(['EAGAIN', 'EWOULDBLOCK', 'EINTR']);

/** How a {@link Terminal} is read. */
export interface TerminalOptions {
  /** How long a read waits for more bytes. */
  readonly wait: ReadWait;
  /** The scheduler of that time. */
  readonly scheduler: SchedulerLike;
}

/**
 * An open terminal of Linux or macOS, such as a serial port. The event loop of Node.js reads it as it reads a socket: it waits
 * until there are bytes, takes them and calls back. The reads of `serialport` (@serialport/bindings-cpp 13, `unixRead`) try
 * first, fail, wait and try again, each time in a thread of the pool. Its writes need a thread, too, and while one waits for
 * room, nothing is read.
 */
export class Terminal {
  /** Emits what a socket emits, except for `data`. Its writes wait for room. */
  readonly stream: ReadStream;

  private buffer = Buffer.allocUnsafeSlow(bufferSize);
  /** How many bytes of the buffer have been filled. */
  private used = 0;
  private pass: (bytes: Uint8Array) => void = noop;
  /** What reads have brought that had begun when the terminal was held. */
  private kept: readonly Uint8Array[] = [];
  /** The wait before a read; closed when there is none. */
  private waiting = Subscription.EMPTY;

  /**
   * @param fd A file of the terminal that Node.js may read. It does so with a file of its own, where the operating system lets it
   *   open the terminal again, and the number `fd` then means that file.
   */
  constructor(
    fd: number,
    private readonly options: TerminalOptions,
  ) {
    const reads: SocketConstructorOpts & ConnectOpts = {
      onread: { buffer: () => this.room(), callback: (length) => this.took(length) },
    };
    this.stream = new ReadStream(fd, reads);
    this.stream.once('close', () => this.waiting.unsubscribe());
  }

  /** Has all bytes passed to a function, from now on, until the function is called that it returns. Then they are dropped. */
  listen(pass: (bytes: Uint8Array) => void): () => void {
    this.pass = pass;
    this.readOn();
    return () => (this.pass = noop);
  }

  /** Passes no more bytes on and reads none, or goes on with it. */
  hold(held: boolean): void {
    if (held) {
      this.stream.pause();
      return;
    }
    const { kept } = this;
    this.kept = [];
    // Otherwise it would end the wait after the next read, too.
    this.waiting.unsubscribe();
    this.stream.resume();
    if (kept.length > 0) this.pass(Buffer.concat(kept));
  }

  /** Says whether the terminal keeps the program running. */
  reference(isReferenced: boolean): void {
    // A stream without a handle would add a listener each time, for when it has one.
    if (this.stream.destroyed) return;
    if (isReferenced) this.stream.ref();
    else this.stream.unref();
  }

  private room(): Uint8Array {
    if (bufferSize - this.used < leastRoom) {
      // The old one belongs to those who have its bytes.
      this.buffer = Buffer.allocUnsafeSlow(bufferSize);
      this.used = 0;
    }
    return this.buffer.subarray(this.used);
  }

  /** Passes bytes on. Returns whether the next read may begin at once. */
  private took(length: number): boolean {
    const { wait, scheduler } = this.options;
    const bytes = this.buffer.subarray(this.used, (this.used += length));
    wait.took(length);
    if (this.stream.isPaused()) {
      this.kept = [...this.kept, bytes];
      return false;
    }
    this.pass(bytes);
    const { milliseconds } = wait;
    if (milliseconds <= 0) return !this.stream.isPaused();
    this.waiting = scheduler.schedule(() => this.readOn(), milliseconds);
    return false;
  }

  private readOn(): void {
    if (!this.stream.isPaused()) this.stream.resume();
  }
}

/**
 * Writes as many bytes to a file as it takes at once, and returns their number.
 *
 * @throws What the operating system says, except that there is no room.
 */
export function writeNow(fd: number, bytes: Uint8Array): number {
  try {
    return bytes.length > 0 ? writeSync(fd, bytes) : 0;
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && laterCodes.has(error.code)) return 0;
    throw error;
  }
}

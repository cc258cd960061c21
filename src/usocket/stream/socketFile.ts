import { map } from 'rxjs';

import { Call, type Sendable } from '../calls/call';
import { type Abortable, iteratorOf, partOptions, promiseOf } from '../contract/promiseOf';
import { SocketFileStreams } from './socketFileStreams';

/**
 * The file of a socket, from `socket.makefile()`, with promises: each is the first value of the observable of the same
 * name with a `$`, and what it does and how it fails is told there. Each takes `{ signal }` last: see {@link Abortable}.
 *
 *     await using file = socket.makefile('rwb');
 *     await file.write('GET / HTTP/1.0\r\n\r\n');
 *     for await (const line of file) console.log(String(line));
 *
 * @see The socket document, `socket.makefile(mode, buffering)`: closing the file closes the socket.
 */
export class SocketFile extends SocketFileStreams implements AsyncIterable<Buffer>, AsyncDisposable {
  /** Resolves to `size` bytes, or to all until the peer closes; `null` when a non-blocking socket has nothing. */
  read(options?: Abortable): Promise<Buffer | null>;
  read(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  read(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.read$(size), options);
  }

  /** As {@link read}, into a buffer: resolves to the number of bytes stored, or `null`. */
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, size: number | null | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | null | Abortable, second?: Abortable): Promise<number | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readinto$(target, size), options);
  }

  /** Resolves to a line with its newline; the last one may have none, and an empty one is the end. */
  readline(options?: Abortable): Promise<Buffer | null>;
  readline(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  readline(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readline$(size), options);
  }

  /** Sends all bytes and resolves to their number; `null` when a non-blocking socket can take none. */
  write(data: Sendable, options?: Abortable): Promise<number | null> {
    return promiseOf(this.write$(data), options);
  }

  /** Closes the socket, too. Resolves when the interface is done with it; closing twice is no error. */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /**
   * Each line, with its newline, until the peer closes; the last one may have none. Leaving the loop early leaves the
   * file open, and loses nothing. `EAGAIN` when a non-blocking socket has nothing.
   */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return iteratorOf(() => this.readline$().pipe(map((line) => new Call('readline').found(line))));
  }

  /** `await using file = socket.makefile()` closes it, and the socket, at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

import { map } from 'rxjs';

import { Call, type Sendable } from '../calls/call';
import { type Abortable, iteratorOf, partOptions, promiseOf } from '../contract/promiseOf';
import { SocketFileStreams } from './socketFileStreams';

/**
 * The file of a socket, from `socket.makefile()`. Its methods are those of the socket, with the same time-out. Reading a
 * file made for writing rejects with `EBADF`, and so does writing to one made for reading. Each method takes `{ signal }`
 * last: see {@link Abortable}.
 *
 *     await using file = socket.makefile('rwb');
 *     await file.write('GET / HTTP/1.0\r\n\r\n');
 *     for await (const line of file) console.log(String(line));
 *
 * @see The socket document, `socket.makefile(mode, buffering)`: closing the file closes the socket.
 */
export class SocketFile extends SocketFileStreams implements AsyncIterable<Buffer>, AsyncDisposable {
  /**
   * Resolves to exactly `size` bytes, or to fewer when the peer closes before. On a non-blocking socket it resolves to the
   * bytes that are there, or to `null` when there are none.
   *
   * @param size Without it, or with `null` or a negative number, all bytes until the peer closes.
   */
  read(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  read(options?: Abortable): Promise<Buffer | null>;
  read(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.read$(size), options);
  }

  /**
   * Reads as {@link read} does, but into `target`, and resolves to the number of bytes stored, or to `null`.
   *
   * @param size How many bytes to read. Default, and for `null` and negative numbers: the length of `target`.
   */
  readinto(target: Uint8Array, size: number | null | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | null | Abortable, second?: Abortable): Promise<number | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readinto$(target, size), options);
  }

  /**
   * Resolves to a line with its newline. The last line may have none, and an empty buffer is the end. On a non-blocking
   * socket it resolves to what has come of the line, or to `null` when nothing has.
   *
   * @param size The most bytes of the line to read; the next read gets the rest. Default: no limit.
   */
  readline(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  readline(options?: Abortable): Promise<Buffer | null>;
  readline(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readline$(size), options);
  }

  /**
   * Sends all bytes, and resolves to their number. On a non-blocking socket it resolves to how many the send buffer had room
   * for, or to `null` when it had none.
   *
   * @param data A string is sent as UTF-8.
   */
  write(data: Sendable, options?: Abortable): Promise<number | null> {
    return promiseOf(this.write$(data), options);
  }

  /** Closes the file and its socket, and resolves when the interface has released it. Closing twice is not an error. */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /**
   * Gives each line with its newline until the peer closes: `for await (const line of file)`. The last line may have no
   * newline. A loop that ends early loses nothing, and leaves the file open. Rejects with `EAGAIN` when a non-blocking socket
   * has nothing.
   */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return iteratorOf(() => this.readline$().pipe(map((line) => new Call('readline').found(line))));
  }

  /** Closes the file and its socket at the end of the block: `await using file = sock.makefile()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

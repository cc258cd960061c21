import { firstValueFrom, map } from 'rxjs';

import { orAgain, type Sendable } from '../arguments';
import { SocketFileStreams } from './socketFileStreams';

/**
 * The file of a socket, from `socket.makefile()`, with promises: each is the first value of the observable of the same
 * name with a `$`, and what it does and how it fails is told there.
 *
 *     await using file = socket.makefile('rwb');
 *     await file.write('GET / HTTP/1.0\r\n\r\n');
 *     for await (const line of file) console.log(String(line));
 *
 * @see The socket document, `socket.makefile(mode, buffering)`: closing the file closes the socket.
 */
export class SocketFile extends SocketFileStreams implements AsyncIterable<Buffer>, AsyncDisposable {
  read(size?: number): Promise<Buffer | null> {
    return firstValueFrom(this.read$(size));
  }

  readinto(target: Uint8Array, size?: number): Promise<number | null> {
    return firstValueFrom(this.readinto$(target, size));
  }

  readline(): Promise<Buffer | null> {
    return firstValueFrom(this.readline$());
  }

  write(data: Sendable): Promise<number | null> {
    return firstValueFrom(this.write$(data));
  }

  close(): Promise<void> {
    return firstValueFrom(this.close$());
  }

  /**
   * Each line, with its newline, until the peer closes; the last one may have none. Leaving the loop early leaves the
   * file open, and loses nothing. `EAGAIN` when a non-blocking socket has nothing.
   */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return {
      next: () =>
        firstValueFrom(
          this.readline$().pipe(
            map((line) => {
              const value = orAgain(line, 'readline');
              return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
            }),
          ),
        ),
    };
  }

  /** `await using file = socket.makefile()` closes it, and the socket, at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

import { firstValueFrom, map } from 'rxjs';

import type { Address } from '../address';
import type { Sendable } from '../arguments';
import type { OptionValue } from '../socketOption';
import type { ConnectOptions } from './connectOptions';
import { SocketFile } from './socketFile';
import type { FileMode } from './socketFileStreams';
import { SocketStreams } from './socketStreams';

/** Most bytes of one step of `for await (const chunk of socket)`. */
const iterationSize = 65_536;

/**
 * A stream socket with the methods of the socket document, as promises. Each is the first value of the observable of
 * the same name with a `$`: what it does, and how it fails, is told there.
 *
 *     const socket = usocket.socket();
 *     socket.settimeout(5);
 *     await socket.connect(['192.168.1.9', 80]);
 *     await socket.sendall('GET / HTTP/1.0\r\n\r\n');
 *     for await (const chunk of socket) process.stdout.write(chunk);
 *     await socket.close();
 */
export class Socket extends SocketStreams implements AsyncIterable<Buffer>, AsyncDisposable {
  connect(address: Address, options?: ConnectOptions): Promise<void> {
    return firstValueFrom(this.connect$(address, options));
  }

  bind(address: Address): Promise<void> {
    return firstValueFrom(this.bind$(address));
  }

  listen(backlog?: number): Promise<void> {
    return firstValueFrom(this.listen$(backlog));
  }

  accept(): Promise<readonly [this, Address]> {
    return firstValueFrom(this.accept$());
  }

  send(data: Sendable): Promise<number> {
    return firstValueFrom(this.send$(data));
  }

  sendall(data: Sendable): Promise<void> {
    return firstValueFrom(this.sendall$(data));
  }

  write(data: Sendable): Promise<number | null> {
    return firstValueFrom(this.write$(data));
  }

  recv(size: number): Promise<Buffer> {
    return firstValueFrom(this.recv$(size));
  }

  recvfrom(size: number): Promise<readonly [Buffer, Address]> {
    return firstValueFrom(this.recvfrom$(size));
  }

  sendto(data: Sendable, address: Address): Promise<number> {
    return firstValueFrom(this.sendto$(data, address));
  }

  setsockopt(level: number, option: number, value: OptionValue): Promise<void> {
    return firstValueFrom(this.setsockopt$(level, option, value));
  }

  read(size?: number): Promise<Buffer | null> {
    return firstValueFrom(this.read$(size));
  }

  readinto(target: Uint8Array, size?: number): Promise<number | null> {
    return firstValueFrom(this.readinto$(target, size));
  }

  readline(): Promise<Buffer | null> {
    return firstValueFrom(this.readline$());
  }

  close(): Promise<void> {
    return firstValueFrom(this.close$());
  }

  /**
   * The socket as a file of bytes: closing it closes the socket. Throws `EINVAL` for a mode that there is not, and
   * `EBADF` on a closed socket.
   *
   * @param buffering Ignored: there is no buffering, as in MicroPython.
   * @see The socket document, `socket.makefile(mode='rb', buffering=0)`.
   */
  makefile(mode?: FileMode, buffering?: number): SocketFile;
  makefile(mode: FileMode = 'rb'): SocketFile {
    this.checkOpen('makefile');
    return new SocketFile(this, mode);
  }

  /** Each chunk until the peer closes. Leaving the loop early leaves the socket open, and loses nothing. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return {
      next: () =>
        firstValueFrom(
          this.recv$(iterationSize).pipe(
            map((value) => (value.length > 0 ? { done: false, value } : { done: true, value: undefined })),
          ),
        ),
    };
  }

  /** `await using socket = usocket.socket()` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

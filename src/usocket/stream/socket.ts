import type { Address } from '../calls/address';
import type { Sendable } from '../calls/call';
import { type Abortable, iteratorOf, partOptions, promiseOf } from '../contract/promiseOf';
import type { OptionValue } from '../calls/optionChange';
import type { ConnectOptions } from './connectOptions';
import { SocketFile } from './socketFile';
import type { FileMode } from './socketFileStreams';
import { SocketStreams } from './socketStreams';

/** Most bytes of one step of `for await (const chunk of socket)`. */
const iterationSize = 65_536;

/**
 * A stream socket with the methods of the socket document, as promises. Each is the first value of the observable of
 * the same name with a `$`: what it does, and how it fails, is told there. Each takes `{ signal }` last, behind whatever
 * is given before, which gives it up: see {@link Abortable}.
 *
 *     const socket = usocket.socket();
 *     socket.settimeout(5);
 *     await socket.connect(['192.168.1.9', 80]);
 *     await socket.sendall('GET / HTTP/1.0\r\n\r\n');
 *     for await (const chunk of socket) process.stdout.write(chunk);
 *     await socket.close();
 */
export class Socket extends SocketStreams implements AsyncIterable<Buffer>, AsyncDisposable {
  /**
   * Connects, encrypted where `tls` says so. Rejects with `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EISCONN` and what
   * {@link connect$} tells; given up, it gives the connection up, and the socket can connect again.
   */
  connect(address: Address, options?: ConnectOptions & Abortable): Promise<void> {
    return promiseOf(this.connect$(address, options), options);
  }

  /** Chooses the local address. Rejects with `EINVAL` for a bad one, or a second one. */
  bind(address: Address, options?: Abortable): Promise<void> {
    return promiseOf(this.bind$(address), options);
  }

  /**
   * Takes connections from now on; `backlog` is the operating system's to go by. Rejects with `EADDRINUSE`,
   * `EADDRNOTAVAIL`, `EINVAL`.
   */
  listen(options?: Abortable): Promise<void>;
  listen(backlog: number | undefined, options?: Abortable): Promise<void>;
  listen(first?: number | Abortable, second?: Abortable): Promise<void> {
    const [[backlog], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.listen$(backlog), options);
  }

  /** Resolves to the socket of a client and its address. Given up, it leaves the client to the next call. */
  accept(options?: Abortable): Promise<readonly [this, Address]> {
    return promiseOf(this.accept$(), options);
  }

  /**
   * Resolves to how many of the bytes have gone, from the first on: a short write, as BSD has it. `flags`:
   * `MSG_DONTWAIT`.
   */
  send(data: Sendable, options?: Abortable): Promise<number>;
  send(data: Sendable, flags: number | undefined, options?: Abortable): Promise<number>;
  send(data: Sendable, first?: number | Abortable, second?: Abortable): Promise<number> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.send$(data, flags), options);
  }

  /**
   * Sends all bytes. Given up, it has sent those that the interface had taken, in their order, and none of the others.
   */
  sendall(data: Sendable, options?: Abortable): Promise<void> {
    return promiseOf(this.sendall$(data), options);
  }

  /** Sends all bytes and resolves to their number; non-blocking: to how many fitted, `null` when none did. */
  write(data: Sendable, options?: Abortable): Promise<number | null> {
    return promiseOf(this.write$(data), options);
  }

  /**
   * Resolves to 1 to `size` bytes, as soon as there are any; to none when the peer has closed. `flags`: `MSG_PEEK`,
   * `MSG_DONTWAIT`.
   */
  recv(size: number, options?: Abortable): Promise<Buffer>;
  recv(size: number, flags: number | undefined, options?: Abortable): Promise<Buffer>;
  recv(size: number, first?: number | Abortable, second?: Abortable): Promise<Buffer> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recv$(size, flags), options);
  }

  /** As {@link recv}, and the peer's address with it. */
  recvfrom(size: number, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, flags: number | undefined, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, first?: number | Abortable, second?: Abortable): Promise<readonly [Buffer, Address]> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recvfrom$(size, flags), options);
  }

  /** Rejects with `EISCONN`, or `ENOTCONN`: a stream has one peer, which `connect` names. */
  sendto(data: Sendable, address: Address, options?: Abortable): Promise<number> {
    return promiseOf(this.sendto$(data, address), options);
  }

  /** Changes an option, and resolves once it is in force. Rejects with `ENOPROTOOPT`, `EINVAL`. */
  setsockopt(level: number, option: number, value: OptionValue, options?: Abortable): Promise<void> {
    return promiseOf(this.setsockopt$(level, option, value), options);
  }

  /** Resolves to `size` bytes, or to all until the peer closes. Non-blocking: to what is there, or `null`. */
  read(options?: Abortable): Promise<Buffer | null>;
  read(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  read(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.read$(size), options);
  }

  /** As {@link read}, into a buffer: resolves to the number of bytes stored. Given up, it has stored none. */
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, size: number | null | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | null | Abortable, second?: Abortable): Promise<number | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readinto$(target, size), options);
  }

  /**
   * Resolves to a line with its newline, `size` bytes of it at most. Non-blocking: to what there is of it, or `null`.
   */
  readline(options?: Abortable): Promise<Buffer | null>;
  readline(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  readline(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readline$(size), options);
  }

  /**
   * Resolves when the interface is done with it; what is under way fails with `EBADF`. Closing goes on when it is given
   * up.
   */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
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
    return iteratorOf(() => this.recv$(iterationSize));
  }

  /** `await using socket = usocket.socket()` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

import { map, throwError } from 'rxjs';

import type { Address } from '../calls/address';
import type { Sendable } from '../calls/call';
import { callError } from '../contract/osError';
import { type Abortable, partOptions, promiseOf } from '../contract/promiseOf';
import type { OptionValue } from '../calls/optionChange';
import { DatagramStreams } from './datagramStreams';

/**
 * A datagram socket with the methods of the socket document, as promises. Each is the first value of the observable of
 * the same name with a `$`: what it does, and how it fails, is told there. Each takes `{ signal }` last, which gives it
 * up: see {@link Abortable}.
 *
 *     const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
 *     await socket.sendto('hello', ['192.168.1.9', 5000]);
 *     const [data, sender] = await socket.recvfrom(1500, { signal: AbortSignal.timeout(1000) });
 *     await socket.close();
 */
export class DatagramSocket extends DatagramStreams implements AsyncDisposable {
  /** Opens a local port; 0 is any free one. Rejects with `EADDRINUSE`, `EADDRNOTAVAIL`, `EINVAL`. */
  bind(address: Address, options?: Abortable): Promise<void> {
    return promiseOf(this.bind$(address), options);
  }

  /** Names the peer of {@link send}, from which alone datagrams are taken then. */
  connect(address: Address, options?: Abortable): Promise<void> {
    return promiseOf(this.connect$(address), options);
  }

  /**
   * Sends one datagram to the peer, and resolves to its size in bytes. Rejects with `EDESTADDRREQ` before `connect`.
   * `flags`: `MSG_DONTWAIT`.
   */
  send(data: Sendable, options?: Abortable): Promise<number>;
  send(data: Sendable, flags: number | undefined, options?: Abortable): Promise<number>;
  send(data: Sendable, first?: number | Abortable, second?: Abortable): Promise<number> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.send$(data, flags), options);
  }

  /** As {@link send}: a datagram goes whole, or not at all. */
  sendall(data: Sendable, options?: Abortable): Promise<void> {
    return promiseOf(this.send$(data).pipe(map(() => undefined)), options);
  }

  /**
   * Sends one datagram, and resolves to its size in bytes, once the interface has it. Rejects with `EMSGSIZE`,
   * `EACCES`.
   */
  sendto(data: Sendable, address: Address, options?: Abortable): Promise<number> {
    return promiseOf(this.sendto$(data, address), options);
  }

  /** As {@link send}; resolves to `null` when the socket is non-blocking and has no room. */
  write(data: Sendable, options?: Abortable): Promise<number | null> {
    return promiseOf(this.write$(data), options);
  }

  /** Resolves to the next datagram, at most `size` bytes of it. `flags`: `MSG_PEEK`, `MSG_DONTWAIT`. */
  recv(size: number, options?: Abortable): Promise<Buffer>;
  recv(size: number, flags: number | undefined, options?: Abortable): Promise<Buffer>;
  recv(size: number, first?: number | Abortable, second?: Abortable): Promise<Buffer> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recv$(size, flags), options);
  }

  /**
   * Resolves to the next datagram, at most `size` bytes of it, and its sender. Rejects with `EAGAIN` when non-blocking.
   */
  recvfrom(size: number, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, flags: number | undefined, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, first?: number | Abortable, second?: Abortable): Promise<readonly [Buffer, Address]> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recvfrom$(size, flags), options);
  }

  /**
   * Resolves to the next datagram, at most `size` bytes of it; `null` when the socket is non-blocking and none has
   * come.
   */
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

  /** Changes an option, and resolves once it is in force. Rejects with `ENOPROTOOPT`, `EINVAL`. */
  setsockopt(level: number, option: number, value: OptionValue, options?: Abortable): Promise<void> {
    return promiseOf(this.setsockopt$(level, option, value), options);
  }

  /** Resolves when the port is free; what is under way fails with `EBADF`. Closing goes on when it is given up. */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /** Fails with `EOPNOTSUPP`: lines are of streams. */
  readline(options?: Abortable): Promise<never> {
    return promiseOf(ofStreamsOnly('readline'), options);
  }

  /** Fails with `EOPNOTSUPP`: connections are of streams. */
  listen(backlog?: number | Abortable, options?: Abortable): Promise<never>;
  listen(...given: (number | undefined | Abortable)[]): Promise<never> {
    const [, options] = partOptions<number, Abortable>(given);
    return promiseOf(ofStreamsOnly('listen'), options);
  }

  /** Fails with `EOPNOTSUPP`: connections are of streams. */
  accept(options?: Abortable): Promise<never> {
    return promiseOf(ofStreamsOnly('accept'), options);
  }

  /** `await using socket = usocket.socket(AF_INET, SOCK_DGRAM)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function ofStreamsOnly(name: string) {
  return throwError(() => callError(name, 'EOPNOTSUPP', 'a datagram socket cannot do that; make a SOCK_STREAM socket'));
}

import { map, throwError } from 'rxjs';

import type { Address } from '../calls/address';
import type { Sendable } from '../calls/call';
import type { OptionValue } from '../calls/optionChange';
import { callError } from '../contract/osError';
import { type Abortable, partOptions, promiseOf } from '../contract/promiseOf';
import { DatagramStreams } from './datagramStreams';

/**
 * A datagram socket with the methods of the socket document, as promises. `usocket.socket(AF_INET, SOCK_DGRAM)` makes one.
 * Each datagram is sent and received whole. A read that asks for fewer bytes than a datagram has drops the rest of it, as on
 * BSD.
 *
 * Each method rejects with `EBADF` on a closed socket, and with `ETIMEDOUT` after the time of {@link settimeout}. Each
 * takes `{ signal }` as its last argument, even where other arguments are left out: see {@link Abortable}. The method of
 * the same name with a `$` is its cold form: an observable that starts when it is subscribed to.
 *
 *     const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
 *     await socket.sendto('hello', ['192.168.1.9', 5000]);
 *     const [data, sender] = await socket.recvfrom(1500, { signal: AbortSignal.timeout(1000) });
 *     await socket.close();
 */
export class DatagramSocket extends DatagramStreams implements AsyncDisposable {
  /**
   * Opens a local port, which receives from then on.
   *
   *     await sock.bind(['0.0.0.0', 5000]);
   *
   * Rejects with `EADDRINUSE`, `EADDRNOTAVAIL`, and `EINVAL` for a bad address or when the socket has a port already. Over a
   * modem it also rejects with `ENETUNREACH` when the modem is on no network, and `EMFILE` when all its links are in use.
   *
   * @param address Port 0 is any free port, which {@link localAddress} tells. The host `''` is every address.
   * @see The socket document, `socket.bind(address)`.
   */
  bind(address: Address, options?: Abortable): Promise<void> {
    return promiseOf(this.bind$(address), options);
  }

  /**
   * Names the peer of {@link send}. From then on, only datagrams of the peer are received. Opens a local port if the
   * socket has none, and rejects as {@link bind} does. It may be called again.
   *
   * @param address From `getaddrinfo`, or `[address, port]` with a numeric IPv4 address.
   * @see The socket document, `socket.connect(address)`.
   */
  connect(address: Address, options?: Abortable): Promise<void> {
    return promiseOf(this.connect$(address), options);
  }

  /**
   * Sends one datagram to the peer, and resolves to its size in bytes. Rejects with `EDESTADDRREQ` before {@link connect},
   * and otherwise as {@link sendto} does.
   *
   * @param data A string is sent as UTF-8.
   * @param flags `MSG_DONTWAIT` sends as on a non-blocking socket. Default: 0.
   * @see The socket document, `socket.send(bytes)`.
   */
  send(data: Sendable, flags: number | undefined, options?: Abortable): Promise<number>;
  send(data: Sendable, options?: Abortable): Promise<number>;
  send(data: Sendable, first?: number | Abortable, second?: Abortable): Promise<number> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.send$(data, flags), options);
  }

  /**
   * Sends one datagram to the peer, and resolves when the interface has taken it. Rejects as {@link send} does. A datagram
   * goes whole or not at all.
   *
   * @see The socket document, `socket.sendall(bytes)`.
   */
  sendall(data: Sendable, options?: Abortable): Promise<void> {
    return promiseOf(this.send$(data).pipe(map(() => undefined)), options);
  }

  /**
   * Sends one datagram, and resolves to its size in bytes when the interface has taken it. It is not known whether it
   * arrives. Opens a local port if the socket has none.
   *
   *     await sock.sendto('hello', ['192.168.1.9', 5000]);
   *
   * Rejects with `EMSGSIZE` when the datagram is longer than the interface can send, `EACCES` for a broadcast without
   * `SO_BROADCAST`, `EAGAIN` when the socket is non-blocking and the send buffer is full (`SO_SNDBUF`), and as
   * {@link bind} does.
   *
   * @param data A string is sent as UTF-8.
   * @param address From `getaddrinfo`, or `[address, port]` with a numeric IPv4 address.
   * @see The socket document, `socket.sendto(bytes, address)`.
   */
  sendto(data: Sendable, address: Address, options?: Abortable): Promise<number> {
    return promiseOf(this.sendto$(data, address), options);
  }

  /**
   * Sends as {@link send} does, but resolves to `null` when the socket is non-blocking and the send buffer is full.
   *
   * @see The socket document, `socket.write(buf)`.
   */
  write(data: Sendable, options?: Abortable): Promise<number | null> {
    return promiseOf(this.write$(data), options);
  }

  /**
   * Takes the next datagram as {@link recvfrom} does, and resolves to at most `size` bytes of it, without the sender.
   *
   * @param flags `MSG_PEEK` leaves the datagram to the next read, `MSG_DONTWAIT` reads as on a non-blocking socket. Default:
   *   0.
   * @see The socket document, `socket.recv(bufsize)`.
   */
  recv(size: number, flags: number | undefined, options?: Abortable): Promise<Buffer>;
  recv(size: number, options?: Abortable): Promise<Buffer>;
  recv(size: number, first?: number | Abortable, second?: Abortable): Promise<Buffer> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recv$(size, flags), options);
  }

  /**
   * Takes the next datagram, and resolves to at most `size` bytes of it with the address of the sender. Aborted or timed
   * out, it has taken nothing.
   *
   *     const [data, [address, port]] = await sock.recvfrom(1500);
   *
   * Rejects with `EAGAIN` when the socket is non-blocking and no datagram has come, and with `ENOTCONN` when it has no port
   * yet and would wait for ever.
   *
   * @param flags `MSG_PEEK` leaves the datagram to the next read, `MSG_DONTWAIT` reads as on a non-blocking socket. Default:
   *   0.
   * @see The socket document, `socket.recvfrom(bufsize)`.
   */
  recvfrom(size: number, flags: number | undefined, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, first?: number | Abortable, second?: Abortable): Promise<readonly [Buffer, Address]> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recvfrom$(size, flags), options);
  }

  /**
   * Takes the next datagram, and resolves to at most `size` bytes of it, or to `null` when the socket is non-blocking and no
   * datagram has come.
   *
   * @param size Without it, or with `null` or a negative number, the whole datagram.
   * @see The socket document, `socket.read([size])`.
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
   * @param size The most bytes to store. Default, and for `null` and negative numbers: the length of `target`.
   * @see The socket document, `socket.readinto(buf[, nbytes])`.
   */
  readinto(target: Uint8Array, size: number | null | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | null | Abortable, second?: Abortable): Promise<number | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readinto$(target, size), options);
  }

  /**
   * Changes an option of the socket, and resolves when it is in force.
   *
   *     await sock.setsockopt(usocket.SOL_SOCKET, usocket.SO_BROADCAST, 1);
   *
   * The options:
   * - `SO_BROADCAST`: datagrams may be sent to `255.255.255.255`.
   * - `SO_REUSEADDR`, before {@link bind}: other sockets may have the same port.
   * - `SO_RCVBUF`, `SO_SNDBUF` (bytes): the size of the buffers.
   * - `SO_RCVTIMEO`, `SO_SNDTIMEO` (a `struct timeval`): how long a call may take where {@link settimeout} has set no
   *   time. It then rejects with `EAGAIN`, as on BSD.
   * - `IP_ADD_MEMBERSHIP`, `IP_DROP_MEMBERSHIP` (a `struct ip_mreq`), after {@link bind}: joins a multicast group, or
   *   leaves it. A modem cannot do that.
   *
   * Rejects with `ENOPROTOOPT` for an option that is not known here, or that the interface does not have, and with
   * `EINVAL` for a value that the option cannot have.
   *
   * @param value A number, a boolean, or the bytes of the C structure, little endian.
   * @see The socket document, `socket.setsockopt(level, optname, value)`.
   */
  setsockopt(level: number, option: number, value: OptionValue, options?: Abortable): Promise<void> {
    return promiseOf(this.setsockopt$(level, option, value), options);
  }

  /**
   * Sends what is in the send buffer, closes the port, and resolves when the interface has released it. Calls that wait
   * reject with `EBADF`, and so does each later call. Closing twice is not an error. Aborting does not stop the closing.
   *
   * @see The socket document, `socket.close()`.
   */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /** Always rejects with `EOPNOTSUPP`, because only a stream has lines. */
  readline(options?: Abortable): Promise<never> {
    return promiseOf(ofStreamsOnly('readline'), options);
  }

  /** Always rejects with `EOPNOTSUPP`, because only a stream socket has connections. */
  listen(backlog?: number | Abortable, options?: Abortable): Promise<never>;
  listen(...given: (number | undefined | Abortable)[]): Promise<never> {
    const [, options] = partOptions<number, Abortable>(given);
    return promiseOf(ofStreamsOnly('listen'), options);
  }

  /** Always rejects with `EOPNOTSUPP`, because only a stream socket has connections. */
  accept(options?: Abortable): Promise<never> {
    return promiseOf(ofStreamsOnly('accept'), options);
  }

  /** Closes the socket at the end of the block: `await using sock = usocket.socket(AF_INET, SOCK_DGRAM)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function ofStreamsOnly(name: string) {
  return throwError(() => callError(name, 'EOPNOTSUPP', 'a datagram socket cannot do that; make a SOCK_STREAM socket'));
}

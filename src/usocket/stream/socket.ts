import type { Address } from '../calls/address';
import type { Sendable } from '../calls/call';
import type { OptionValue } from '../calls/optionChange';
import { atCaller } from '../contract/callerStack';
import { type Abortable, iteratorOf, partOptions, promiseOf } from '../contract/promiseOf';
import type { ConnectOptions } from './connectOptions';
import { SocketFile } from './socketFile';
import type { FileMode } from './socketFileStreams';
import { SocketStreams } from './socketStreams';

/** The most bytes of one step of `for await (const chunk of socket)`. */
const iterationSize = 65_536;

/**
 * A stream socket with the methods of the socket document, as promises. `usocket.socket()` makes one.
 *
 * Each method rejects with `EBADF` on a closed socket, and with `ETIMEDOUT` after the time of {@link settimeout}. Each
 * takes `{ signal }` as its last argument, even where other arguments are left out: see {@link Abortable}. The method of
 * the same name with a `$` is its cold form: an observable that starts when it is subscribed to.
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
   * Connects to a remote address. Aborted, it gives the attempt up, and the socket can connect again.
   *
   *     await sock.connect(['192.168.1.9', 80]);
   *     await sock.connect(address, { tls: { serverName: 'example.net' } });
   *
   * Rejects with `ECONNREFUSED`, `ETIMEDOUT` or `ENETUNREACH` when there is no way to the peer, `EISCONN` when the socket is
   * connected, `EALREADY` while it is connecting, `EINVAL` for a bad address or option, and `EMFILE` when all links of the
   * modem are in use. On a non-blocking socket it rejects with `EINPROGRESS`, and the socket becomes writable when it is
   * connected. With TLS it also rejects with `EPROTO` when the handshake fails, `EACCES` when the certificate is not
   * accepted, `ENOBUFS` when the modem has an encrypted connection already, and `EOPNOTSUPP` when the interface cannot check
   * certificates.
   *
   * @param address From `getaddrinfo`, or `[address, port]` with a numeric IPv4 address.
   * @param options `tls` encrypts the connection. Default: no encryption.
   * @see The socket document, `socket.connect(address)`.
   */
  connect(address: Address, options?: ConnectOptions & Abortable): Promise<void> {
    return promiseOf(this.connect$(address, options), options);
  }

  /**
   * Chooses the local address to listen on.
   *
   *     await sock.bind(['0.0.0.0', 8080]);
   *
   * Rejects with `EINVAL` for a bad address, or when the socket has an address already.
   *
   * @param address Port 0 is any free port, and the host `''` is every address.
   * @see The socket document, `socket.bind(address)`.
   */
  bind(address: Address, options?: Abortable): Promise<void> {
    return promiseOf(this.bind$(address), options);
  }

  /**
   * Makes the socket accept connections. With port 0, {@link localAddress} then has the port that was chosen.
   *
   * Rejects with `EADDRINUSE`, `EADDRNOTAVAIL`, `EDESTADDRREQ` when the socket is not bound, and `EINVAL` when it is
   * connected or listens already.
   *
   * @param backlog How many connections the operating system may hold back. A modem ignores it and holds as many as it has
   *   links.
   * @see The socket document, `socket.listen([backlog])`.
   */
  listen(backlog: number | undefined, options?: Abortable): Promise<void>;
  listen(options?: Abortable): Promise<void>;
  listen(first?: number | Abortable, second?: Abortable): Promise<void> {
    const [[backlog], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.listen$(backlog), options);
  }

  /**
   * Accepts a connection. Resolves to a new socket for it and the address of the peer. Aborted, it leaves the connection to
   * the next call.
   *
   *     const [client, address] = await sock.accept();
   *
   * Rejects with `EINVAL` when the socket does not listen, and with `EAGAIN` when it is non-blocking and no connection
   * waits.
   *
   * @see The socket document, `socket.accept()`.
   */
  accept(options?: Abortable): Promise<readonly [this, Address]> {
    return promiseOf(this.accept$(), options);
  }

  /**
   * Sends the first of the bytes, and resolves to how many have been sent: a short write, as on BSD. {@link sendall}
   * sends all. A non-blocking socket puts as many bytes as it has room for into the send buffer (`SO_SNDBUF`).
   * With the option `sendAhead` of the socket, it resolves before the bytes are acknowledged.
   *
   * Rejects with `ENOTCONN` when the socket is not connected, `EPIPE` or `ECONNRESET` when the connection has ended,
   * and `EAGAIN` when a non-blocking socket has no room or is still connecting.
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
   * Sends all bytes, and resolves when the interface has taken them. Aborted, it has sent the first of the bytes, as
   * many as the interface had taken by then.
   *
   *     await sock.sendall('GET / HTTP/1.0\r\n\r\n');
   *
   * Rejects as {@link send} does. After a failure it is not known how many bytes have been sent.
   *
   * @param data A string is sent as UTF-8.
   * @see The socket document, `socket.sendall(bytes)`.
   */
  sendall(data: Sendable, options?: Abortable): Promise<void> {
    return promiseOf(this.sendall$(data), options);
  }

  /**
   * Sends all bytes, and resolves to their number. On a non-blocking socket it resolves to how many the send buffer had room
   * for, or to `null` when it had none. Rejects as {@link send} does otherwise.
   *
   * @param data A string is sent as UTF-8.
   * @see The socket document, `socket.write(buf)`.
   */
  write(data: Sendable, options?: Abortable): Promise<number | null> {
    return promiseOf(this.write$(data), options);
  }

  /**
   * Resolves to 1 to `size` bytes as soon as there are any, and to an empty buffer when the peer has closed. Aborted or timed
   * out, it has taken nothing.
   *
   *     const chunk = await sock.recv(1024);
   *
   * Rejects with `ENOTCONN` when the socket is not connected, `ECONNRESET` when the connection is lost, `ENOBUFS` when bytes
   * were lost because the receive buffer was full, and `EAGAIN` when the socket is non-blocking and nothing has come. Bytes
   * that came before the failure are given first.
   *
   * @param flags `MSG_PEEK` leaves the bytes to the next read, `MSG_DONTWAIT` reads as on a non-blocking socket,
   *   `MSG_WAITALL` waits for all `size` bytes. Default: 0.
   * @see The socket document, `socket.recv(bufsize)`.
   */
  recv(size: number, flags: number | undefined, options?: Abortable): Promise<Buffer>;
  recv(size: number, options?: Abortable): Promise<Buffer>;
  recv(size: number, first?: number | Abortable, second?: Abortable): Promise<Buffer> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recv$(size, flags), options);
  }

  /**
   * Reads as {@link recv} does, and resolves to the bytes together with the address of the peer.
   *
   * @see The socket document, `socket.recvfrom(bufsize)`.
   */
  recvfrom(size: number, flags: number | undefined, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, options?: Abortable): Promise<readonly [Buffer, Address]>;
  recvfrom(size: number, first?: number | Abortable, second?: Abortable): Promise<readonly [Buffer, Address]> {
    const [[flags], options] = partOptions<number, Abortable>([first, second]);
    return promiseOf(this.recvfrom$(size, flags), options);
  }

  /**
   * Always rejects, because a stream has one peer, which {@link connect} names: with `EISCONN` when the socket is connected,
   * with `ENOTCONN` otherwise.
   *
   * @see The socket document, `socket.sendto(bytes, address)`.
   */
  sendto(data: Sendable, address: Address, options?: Abortable): Promise<number> {
    return promiseOf(this.sendto$(data, address), options);
  }

  /**
   * Changes an option of the socket, and resolves when it is in force.
   *
   *     await sock.setsockopt(usocket.SOL_SOCKET, usocket.SO_KEEPALIVE, 1);
   *
   * The options:
   * - `SO_KEEPALIVE` and `TCP_KEEPIDLE` (seconds of silence): the interface probes the peer when it is silent.
   * - `TCP_NODELAY`: small sends leave at once.
   * - `SO_RCVBUF`, `SO_SNDBUF` (bytes): the size of the buffers.
   * - `SO_RCVTIMEO`, `SO_SNDTIMEO` (a `struct timeval`): how long a call may take where {@link settimeout} has set no
   *   time. It then rejects with `EAGAIN`, as on BSD.
   * - `SO_LINGER` (a `struct linger`): with 0 seconds {@link close} drops what has not been sent, and the peer sees a
   *   reset.
   * - `SO_REUSEADDR`: always on.
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
   * Resolves to exactly `size` bytes, or to fewer when the peer closes before. On a non-blocking socket it resolves to the
   * bytes that are there, or to `null` when there are none. Aborted or timed out, it has taken nothing.
   *
   *     const reply = await sock.read(); // until the peer closes
   *
   * Rejects as {@link recv} does, but not with `EAGAIN`.
   *
   * @param size Without it, or with `null` or a negative number, all bytes until the peer closes.
   * @see The socket document, `socket.read([size])`.
   */
  read(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  read(options?: Abortable): Promise<Buffer | null>;
  read(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.read$(size), options);
  }

  /**
   * Reads as {@link read} does, but into `target`, and resolves to the number of bytes stored. Aborted, it has stored none.
   *
   * @param size How many bytes to read. Default, and for `null` and negative numbers: the length of `target`.
   * @see The socket document, `socket.readinto(buf[, nbytes])`.
   */
  readinto(target: Uint8Array, size: number | null | undefined, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, options?: Abortable): Promise<number | null>;
  readinto(target: Uint8Array, first?: number | null | Abortable, second?: Abortable): Promise<number | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readinto$(target, size), options);
  }

  /**
   * Resolves to a line with its newline, or to what is left when the peer closes. On a non-blocking socket it resolves to
   * what has come of the line, or to `null` when nothing has. Rejects as {@link read} does.
   *
   * @param size The most bytes of the line to read; the next read gets the rest. Default: no limit.
   * @see The socket document, `socket.readline()`.
   */
  readline(size: number | null | undefined, options?: Abortable): Promise<Buffer | null>;
  readline(options?: Abortable): Promise<Buffer | null>;
  readline(first?: number | null | Abortable, second?: Abortable): Promise<Buffer | null> {
    const [[size], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.readline$(size), options);
  }

  /**
   * Sends what is in the send buffer, closes the connection, and resolves when the interface has released it. The peer sees
   * the end of the stream. Calls that wait reject with `EBADF`, and so does each later call. Closing twice is not an error.
   * Aborting does not stop the closing.
   *
   * @see The socket document, `socket.close()`.
   */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.close$(), options);
  }

  /**
   * Returns the socket as a file of bytes. Closing the file closes the socket.
   *
   *     const file = sock.makefile('rwb');
   *
   * Throws `EINVAL` for any other mode, and `EBADF` on a closed socket.
   *
   * @param mode `'rb'` to read, `'wb'` to write, `'rwb'` for both. Default: `'rb'`.
   * @param buffering Ignored. There is no buffering, as in MicroPython.
   * @see The socket document, `socket.makefile(mode='rb', buffering=0)`.
   */
  makefile(mode?: FileMode, buffering?: number): SocketFile;
  makefile(mode: FileMode = 'rb'): SocketFile {
    return atCaller(() => {
      this.checkOpen('makefile');
      return new SocketFile(this, mode);
    });
  }

  /**
   * Gives each chunk until the peer closes: `for await (const chunk of sock)`. A loop that ends early loses nothing, and
   * leaves the socket open.
   */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return iteratorOf(() => this.recv$(iterationSize));
  }

  /** Closes the socket at the end of the block: `await using sock = usocket.socket()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

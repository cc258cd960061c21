import { concat, defer, EMPTY, map, type Observable } from 'rxjs';

import { Inspectable, type Pollable, type Readiness, type Shown } from '../../streams';
import { type Address, addressOf, endpointText } from '../calls/address';
import { Call, type Sendable } from '../calls/call';
import { CommonCalls, type OwnOptionChange } from '../calls/commonCalls';
import { Operations } from '../calls/operations';
import type { OptionValue } from '../calls/optionChange';
import type { SocketCall } from '../calls/socketCall';
import { checkSocketOptions, type SocketOptions } from '../calls/socketOptions';
import { atCaller } from '../contract/callerStack';
import type { Endpoint, Nic, StreamLink } from '../contract/nic';
import { Connection, type SocketState } from './connection';
import { checkConnectOptions, type ConnectOptions } from './connectOptions';
import { ListenCalls } from './listenCalls';
import { ReceiveCalls } from './receiveCalls';
import { SendCalls } from './sendCalls';
import { socketReadiness, socketState } from './socketState';

/**
 * A stream socket as observables: the cold form of each method, and the state as hot observables. An operation starts
 * when it is subscribed to, and emits once. Unsubscribing cancels it, and a cancelled read has taken nothing.
 *
 * Each operation fails with `EBADF` on a closed socket, and with `ETIMEDOUT` after the time of {@link settimeout}. The
 * methods without `$` are in {@link Socket}.
 */
export class SocketStreams extends Inspectable implements Pollable {
  private readonly operations: Operations;
  private readonly connection: Connection;
  private readonly commonCalls: CommonCalls;
  private readonly listenCalls: ListenCalls<SocketStreams>;
  private readonly sendCalls: SendCalls;
  private readonly receiveCalls: ReceiveCalls;

  constructor(
    private readonly nic: Nic,
    private readonly options: SocketOptions = {},
  ) {
    super();
    const { receiveBuffer, sendAhead, scheduler } = checkSocketOptions(options);
    const operations = new Operations(scheduler);
    const connection = new Connection(receiveBuffer, nic, operations, scheduler);
    const { reader, sender } = connection;
    operations.traced = nic.sockets?.add(connection);
    this.operations = operations;
    this.connection = connection;
    this.listenCalls = new ListenCalls<SocketStreams>(nic, this.connection, operations, (link) =>
      this.socketOver(link),
    );
    this.sendCalls = new SendCalls(connection, operations, sendAhead);
    this.receiveCalls = new ReceiveCalls(connection, operations);
    this.commonCalls = new CommonCalls(nic, operations, {
      receiveBuffer: reader,
      sendBuffer: sender,
      change: (call, change) => this.change(call, change),
      endReads: () => connection.endReads(),
      release: () => concat(connection.close(), this.listenCalls.close() ?? EMPTY),
    });
  }

  // Each is made when it is asked for, because most sockets are never asked for most of them.

  /** The state of the socket. Replays the current one. */
  get state$(): Observable<SocketState> {
    return socketState(this.connection);
  }

  /**
   * How many bytes are acknowledged: by the peer with AT 1.x, by the network stack of the modem with ESP-AT, and by the
   * operating system on the host. After a failed send, at least this many of the bytes have gone.
   */
  get bytesAcknowledged(): number {
    return this.connection.sender.acknowledged;
  }

  /** What could be done without waiting, as `uselect` sees it. Replays the current state. */
  get readiness$(): Observable<Readiness> {
    return socketReadiness(this.connection, this.listenCalls.acceptable$, this.operations.background.failure$);
  }

  /**
   * Every chunk from the peer until it closes. Cold: a subscription is one long read, and other reads wait until it ends.
   *
   *     data$  --[ab]--[c]------|      (the peer closes)
   */
  get data$(): Observable<Buffer> {
    return defer(() => this.receiveCalls.stream('recv', (reader) => reader.data$));
  }

  /**
   * Every line from the peer, with its newline, until the peer closes. The last line may have no newline. Cold: a
   * subscription is one long read, and other reads wait until it ends.
   */
  get lines$(): Observable<Buffer> {
    return defer(() => this.receiveCalls.stream('readline', (reader) => reader.lines$));
  }

  /**
   * A socket for each connection that comes, until this socket is closed. Cold: each subscription accepts connections, as
   * {@link accept$} does.
   */
  get connections$(): Observable<this> {
    return this.listenCalls.connections$ as Observable<this>;
  }

  /** The local address that the socket is bound to. After {@link listen$} with port 0 it has the port that was chosen. */
  get localAddress(): Endpoint | undefined {
    return this.listenCalls.address;
  }

  /** The peer, once the socket is connected. */
  get remote(): Endpoint | undefined {
    return this.connection.link?.remote;
  }

  /**
   * Connects to a remote address, and emits once. Unsubscribing gives the attempt up, and the socket can connect again.
   *
   * Errors: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`; `EISCONN` when it is connected, `EALREADY` while it is connecting;
   * `EINVAL` for a bad address or option. Non-blocking: `EINPROGRESS`, and the socket becomes writable when it is connected.
   * With TLS also `EPROTO` when the handshake fails, `EACCES` when the certificate is not accepted, `ENOBUFS` when the modem
   * has an encrypted connection already, `EOPNOTSUPP` when certificates cannot be checked.
   *
   * @param options `tls` encrypts the connection.
   */
  connect$(address: Address, options: ConnectOptions = {}): Observable<void> {
    return this.operations.start('connect', address, (call) => {
      const remote = call.remoteOf(address);
      const checked = checkConnectOptions(call, options);
      this.connection.checkUnopened(call);
      this.listenCalls.checkConnectable(call);
      const opening$ = this.connection.open(remote, checked);
      if (!call.isNonBlocking) return opening$.pipe(call.deadline('send', `${endpointText(remote)} did not answer`));
      this.operations.background.run(opening$);
      throw call.error('EINPROGRESS', 'in progress; the socket becomes writable when connected');
    });
  }

  /**
   * Chooses the local address to listen on, and emits once. Port 0 is any free port, and the host `''` is every address.
   *
   * Errors: `EINVAL` for a bad address, or when the socket has an address already.
   */
  bind$(address: Address): Observable<void> {
    return this.listenCalls.bind(address);
  }

  /**
   * Makes the socket accept connections, and emits once.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`; `EINVAL` when it is connected or listens already; `EDESTADDRREQ` when it is
   * not bound.
   *
   * @param backlog How many connections the operating system may hold back. A modem ignores it and holds as many as it has
   *   links. All connections that the interface takes wait to be accepted.
   */
  listen$(backlog?: number): Observable<void> {
    return this.listenCalls.listen(backlog);
  }

  /**
   * Accepts a connection, and emits its socket and the address of its peer.
   *
   * Errors: `EINVAL` when the socket does not listen; `EAGAIN` when it is non-blocking and no connection waits.
   */
  accept$(): Observable<readonly [this, Address]> {
    return this.listenCalls
      .accept()
      .pipe(
        map((socket) => [socket as this, addressOf(socket.connection.linkFor(new Call('accept')).remote)] as const),
      );
  }

  /**
   * Sends the first of the bytes, and emits how many have been sent: a short write, as on BSD. Non-blocking: how many
   * the send buffer had room for. With `sendAhead`, it emits before the bytes are acknowledged.
   *
   * Errors: `ENOTCONN`; `EPIPE` or `ECONNRESET` when the connection has ended; `EAGAIN` when a non-blocking socket has
   * no room, or is still connecting.
   *
   * @param flags `MSG_DONTWAIT` sends as on a non-blocking socket.
   */
  send$(data: Sendable, flags = 0): Observable<number> {
    return this.sendCalls.send(data, flags);
  }

  /**
   * Sends all bytes, and emits once when the interface has taken them. Fails like {@link send$}. After a failure it is
   * not known how many bytes have been sent.
   */
  sendall$(data: Sendable): Observable<void> {
    return this.sendCalls.sendall(data);
  }

  /**
   * Sends all bytes, and emits their number. Non-blocking: emits how many the send buffer had room for, `null` when it had
   * none. Fails like {@link send$} otherwise.
   */
  write$(data: Sendable): Observable<number | null> {
    return this.sendCalls.write(data);
  }

  /**
   * Emits 1 to `size` bytes as soon as there are any, and an empty buffer when the peer has closed. A socket that has
   * failed emits what came before the failure first.
   *
   * Errors: `ENOTCONN`; `ECONNRESET`, once; `ENOBUFS` when bytes were lost because the receive buffer was full; `EAGAIN`
   * when the socket is non-blocking and nothing has come.
   *
   * @param flags `MSG_PEEK` leaves the bytes to the next read. `MSG_DONTWAIT` reads as on a non-blocking socket.
   *   `MSG_WAITALL` waits for all `size` bytes.
   */
  recv$(size: number, flags = 0): Observable<Buffer> {
    return this.receiveCalls.recv(size, flags);
  }

  /** Emits bytes as {@link recv$} does, together with the address of the peer. */
  recvfrom$(size: number, flags = 0): Observable<readonly [Buffer, Address]> {
    return this.receiveCalls.recvfrom(size, flags);
  }

  /** Always fails: with `EISCONN` when the socket is connected, with `ENOTCONN` otherwise. A stream has one peer. */
  sendto$(data: Sendable, address: Address): Observable<number> {
    return this.sendCalls.sendto(data, address);
  }

  /**
   * Emits exactly `size` bytes, or fewer when the peer closes before. Non-blocking: emits the bytes that are there, or
   * `null` when there are none.
   *
   * @param size Without it, or with `null` or a negative number, all bytes until the peer closes.
   */
  read$(size?: number | null): Observable<Buffer | null> {
    return this.receiveCalls.read(size);
  }

  /**
   * Reads as {@link read$} does, but into `target`, and emits the number of bytes stored. Cancelled, it has stored none.
   *
   * @param size How many bytes to read. Default, and for `null` and negative numbers: the length of `target`.
   */
  readinto$(target: Uint8Array, size?: number | null): Observable<number | null> {
    return this.receiveCalls.readinto(target, size);
  }

  /**
   * Emits a line with its newline, or what is left when the peer closes. Non-blocking: emits the part of the line that
   * has come, or `null` when nothing has.
   *
   * @param size The most bytes of the line to read; the next read gets the rest. Default: no limit.
   */
  readline$(size?: number | null): Observable<Buffer | null> {
    return this.receiveCalls.readline(size);
  }

  /**
   * Sends what is in the send buffer, closes the connection, and emits once when the interface has released it. The
   * peer sees the end of the stream. Calls that wait fail with `EBADF`, and so does each later call. Closing twice is
   * not an error. Unsubscribing does not stop the closing. With `SO_LINGER` and 0 seconds, it resets the connection
   * instead.
   */
  close$(): Observable<void> {
    return this.commonCalls.close$;
  }

  /**
   * Sets how long the calls that start from now on may take. After that time they fail with `ETIMEDOUT`, and have read
   * nothing.
   *
   *     sock.settimeout(2.5);
   *
   * Throws `EINVAL` for a value that is not a time.
   *
   * @param seconds `null` sets no limit, as on a new socket. 0 makes the socket non-blocking: a call that would have to
   *   wait fails with `EAGAIN`, or returns `null`.
   * @see The socket document, `socket.settimeout(value)`.
   */
  settimeout(seconds: number | null): void {
    atCaller(() => (this.operations.limits.timeout = seconds));
  }

  /**
   * Makes the socket blocking or non-blocking: `true` is `settimeout(null)`, `false` is `settimeout(0)`.
   *
   * @see The socket document, `socket.setblocking(flag)`.
   */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  /**
   * Changes an option of the socket, and emits once when it is in force. {@link Socket.setsockopt} lists the options.
   *
   * Errors: `ENOPROTOOPT` for an option that is not known here, or that the interface does not have; `EINVAL` for a value
   * that the option cannot have.
   */
  setsockopt$(level: number, option: number, value: OptionValue): Observable<void> {
    return this.commonCalls.setsockopt(level, option, value);
  }

  /** `<socket state=connected link=4 remote=192.168.1.9:80 queued=120 nic=esp8285>` */
  protected override shown(): readonly [string, Shown] {
    const { state, link, reader, sender, settings, isEncrypted } = this.connection;
    const { keepAlive, noDelay } = settings.value;
    return [
      'socket',
      {
        state,
        link: link?.id,
        local: this.localAddress && endpointText(this.localAddress),
        remote: this.remote && endpointText(this.remote),
        // Bytes that no call has read, bytes that the interface has not taken, and clients that no call has accepted.
        queued: link && reader.length,
        unsent: sender.unsent || undefined,
        waiting: this.listenCalls.waiting,
        timeout: this.operations.limits.timeout ?? undefined,
        keepAlive,
        noDelay,
        tls: isEncrypted || undefined,
        nic: this.nic.name,
      },
    ];
  }

  /** Throws `EBADF` on a closed socket. */
  protected checkOpen(name: string): void {
    this.operations.checkOpen(name);
  }

  private change(call: SocketCall, change: OwnOptionChange): Observable<never> {
    const { phase, settings, link } = this.connection;
    switch (change.name) {
      case 'SO_KEEPALIVE':
      case 'TCP_KEEPIDLE':
      case 'TCP_NODELAY':
        if (!['unconnected', 'connected'].includes(phase)) {
          throw call.error('EINVAL', `${change.name}: the socket is ${phase}`);
        }
        return settings.change(change, this.nic, link);
      case 'SO_REUSEADDR':
        // The port of a socket that is closed is free at once.
        if (!change.on) throw call.error('ENOPROTOOPT', 'SO_REUSEADDR is always on for a stream socket');
        return EMPTY;
      case 'SO_LINGER':
        return settings.reset(change.seconds === 0, this.nic);
      default:
        throw call.error('ENOPROTOOPT', `${change.name} is not an option of a stream socket`);
    }
  }

  /** Makes a socket of the same class for a connection that has come. */
  private socketOver(link: StreamLink): this {
    const SameClass = this.constructor as new (nic: Nic, options: SocketOptions) => this;
    const socket = new SameClass(this.nic, this.options);
    socket.connection.settings.resets = this.connection.settings.resets;
    socket.connection.adopt(link);
    return socket;
  }
}

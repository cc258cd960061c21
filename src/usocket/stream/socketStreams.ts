import {
  asyncScheduler,
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  finalize,
  map,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  takeUntil,
} from 'rxjs';

import { currentOf, Inspectable, runOnce, type Pollable, type Readiness, type Shown } from '../../streams';
import { type Address, addressOf, endpointText, toEndpoint } from '../calls/address';
import { orAgain, type Sendable, toBytes } from '../calls/arguments';
import type { Endpoint, Nic, StreamLink } from '../contract/nic';
import { Operations } from '../calls/operations';
import { OSError } from '../contract/osError';
import { notAnOptionOf, type OptionValue, type SocketOption, socketOption } from '../calls/socketOption';
import { Connection } from './connection';
import { ConnectionSettings } from './connectionSettings';
import { checkConnectOptions, type ConnectOptions } from './connectOptions';
import { Listening } from './listening';
import { Reading } from './reading';
import { Sending } from './sending';
import { type SocketPhase, socketReadiness, type SocketState, socketState } from './socketState';

export interface SocketOptions {
  /** Bytes received that the socket holds for readers that have not asked yet. Default: 262144. */
  readonly receiveBuffer?: number;
  /** What keeps time. Default: the clock. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A stream socket as observables: the cold form of each method, and the state as hot streams. An operation starts when
 * it is subscribed to, emits once, and is cancelled by unsubscribing; a read that is cancelled has taken nothing.
 *
 * Every operation fails with `EBADF` on a closed socket, and with `ETIMEDOUT` after the time set by
 * {@link settimeout}. The methods without `$` are in {@link Socket}.
 */
export class SocketStreams extends Inspectable implements Pollable {
  /** Where the socket is in its life; replays the current state. */
  readonly state$: Observable<SocketState>;
  /** What could be done without waiting; replays the current state. This is what `uselect` looks at. */
  readonly readiness$: Observable<Readiness>;
  /**
   * Every chunk from the peer until it closes. Cold: subscribing starts one long read, which other reads wait for.
   *
   *     data$  --[ab]--[c]------|      (the peer closes)
   */
  readonly data$: Observable<Buffer>;
  /** Every line from the peer, with its newline, until it closes. As {@link data$} otherwise. */
  readonly lines$: Observable<Buffer>;

  private readonly operations: Operations;
  private readonly phase = new BehaviorSubject<SocketPhase>('unconnected');
  private readonly closed$: Observable<void>;
  private readonly connection: Connection;
  private readonly listening: Listening<SocketStreams>;
  private readonly settings = new ConnectionSettings();
  private readonly sending: Sending;
  private readonly receiving: Reading;

  constructor(
    private readonly nic: Nic,
    private readonly options: SocketOptions = {},
  ) {
    super();
    const { receiveBuffer = 262_144, scheduler = asyncScheduler } = options;
    this.operations = new Operations(scheduler);
    this.connection = new Connection(receiveBuffer, this.operations.closing$);
    this.listening = new Listening<SocketStreams>(nic, (link) => this.socketOver(link));
    const { reader, sender } = this.connection;
    this.state$ = socketState(this.phase, reader);
    this.readiness$ = socketReadiness({
      state$: this.state$,
      reader,
      acceptable$: this.listening.acceptable$,
      hasRoom$: sender.hasRoom$,
      sendFailed$: sender.hasFailed$,
      halfCloses: () => this.connection.link?.halfCloses ?? false,
      failure$: this.operations.unattended.failure$,
    });
    this.sending = new Sending(this.connection, this.operations);
    this.receiving = new Reading(this.connection, this.operations);
    this.data$ = defer(() => this.receiving.stream('recv', () => reader.data$));
    this.lines$ = defer(() => this.receiving.stream('readline', () => reader.lines$));
    this.closed$ = defer(() => this.end()).pipe(runOnce());
    // Ends with `close$`.
    this.operations.unattended.run(sender.sending$);
  }

  /**
   * A socket for each connection that comes, as long as this one listens. Cold: subscribing takes the connections that
   * {@link accept$} would.
   */
  get connections$(): Observable<this> {
    return defer(() =>
      this.listening
        .queueForAccept()
        .take()
        .pipe(
          map((socket) => socket as this),
          repeat(),
          takeUntil(this.operations.closing$),
        ),
    );
  }

  /** The local address, once bound; after listening, the port that was chosen. */
  get localAddress(): Endpoint | undefined {
    return this.listening.address;
  }

  /** The other end, once connected. */
  get remote(): Endpoint | undefined {
    return this.connection.link?.remote;
  }

  /**
   * Connects to a remote address and emits once.
   *
   * Errors: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EISCONN` when connected already, `EALREADY` while connecting,
   * `EINVAL` for a bad address. Non-blocking: `EINPROGRESS`, and the socket becomes writable when it is connected. With
   * TLS also `EPROTO` when the handshake fails, `EACCES` when the certificate is not good, `ENOBUFS` when the modem has an
   * encrypted connection already, `EOPNOTSUPP` when certificates cannot be checked: see {@link TlsOptions.verify}.
   *
   * @param options.tls Encrypts the connection.
   */
  connect$(address: Address, options: ConnectOptions = {}): Observable<void> {
    return this.operations.start('connect', () => {
      const remote = toEndpoint(address, 'connect');
      const how = checkConnectOptions(options);
      if (this.phase.value === 'connecting') throw new OSError('EALREADY', 'connect', 'connect: already connecting');
      if (this.connection.link) {
        throw new OSError('EISCONN', 'connect', `connect: already connected to ${this.connection.peer}`);
      }
      this.listening.checkConnectable();
      const connecting$ = this.open(remote, how);
      if (!this.operations.isNonBlocking)
        return connecting$.pipe(
          this.operations.bounded('connect', `${remote.address}:${remote.port}`, { direction: 'send' }),
        );
      this.operations.unattended.run(connecting$);
      throw new OSError('EINPROGRESS', 'connect', 'connect: in progress; the socket becomes writable when connected');
    });
  }

  /**
   * Chooses the local address and emits once.
   *
   * Errors: `EINVAL` for a bad address, or when the socket has one already.
   *
   * @see The socket document, `socket.bind(address)`.
   */
  bind$(address: Address): Observable<void> {
    return this.operations.start('bind', () => {
      if (this.phase.value !== 'unconnected') {
        throw new OSError('EINVAL', 'bind', `bind: the socket is ${this.phase.value}`);
      }
      this.listening.bind(address);
      return of(undefined);
    });
  }

  /**
   * Makes the socket take connections, and emits once.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`; `EINVAL` when it is connected or listens already, `EDESTADDRREQ` when it is
   * not bound.
   *
   * @param backlog Connections that the operating system may hold back. A modem holds as many as it has links, whatever is
   *   said here. Who can wait to be accepted does: a client is turned away by the interface alone.
   * @see The socket document, `socket.listen([backlog])`.
   */
  listen$(backlog?: number): Observable<void> {
    return this.operations.start('listen', () => {
      if (this.phase.value !== 'unconnected') {
        throw new OSError('EINVAL', 'listen', `listen: the socket is ${this.phase.value}`);
      }
      this.settings.checkUnset();
      return this.listening.listen(backlog).pipe(
        map((queue) => {
          this.phase.next('listening');
          this.operations.unattended.run(queue.fill());
        }),
        this.operations.boundedSetup('listen', this.nic),
      );
    });
  }

  /**
   * Takes a connection that has come, and emits its socket and the peer's address.
   *
   * Errors: `EINVAL` when the socket does not listen, `EAGAIN` when none waits and the socket is non-blocking.
   *
   * @see The socket document, `socket.accept()`.
   */
  accept$(): Observable<readonly [this, Address]> {
    return this.operations.start('accept', () => {
      const queue = this.listening.queueForAccept();
      const socket$ = this.operations.isNonBlocking
        ? of(queue.takeNow())
        : queue.take().pipe(this.operations.bounded('accept', 'no client', { what: 'came', direction: 'receive' }));
      return socket$.pipe(
        map((socket) => [socket as this, addressOf(socket.connection.linkFor('accept').remote)] as const),
      );
    });
  }

  /**
   * Sends the first of the bytes and emits how many went: a short write, as BSD has it. Non-blocking: how many fitted into
   * the send buffer.
   *
   * Errors: `ENOTCONN`, `EPIPE` or `ECONNRESET` when the connection has ended, `EAGAIN` when a non-blocking socket has
   * no room, or is still connecting.
   *
   * @param flags `MSG_DONTWAIT` sends as on a non-blocking socket.
   */
  send$(data: Sendable, flags = 0): Observable<number> {
    return this.sending.send(data, flags);
  }

  /** Sends all bytes, then emits once. Errors as {@link send$}; how much has gone by then is unknown. */
  sendall$(data: Sendable): Observable<void> {
    return this.sending.sendall(data);
  }

  /**
   * Sends all bytes and emits their number. Non-blocking: emits how many fitted into the send buffer, `null` when none did.
   *
   * @see The socket document, `socket.write(buf)`.
   */
  write$(data: Sendable): Observable<number | null> {
    return this.sending.write(data);
  }

  /**
   * See {@link recv}: at least 1 byte and at most `size`; an empty buffer when the peer has closed.
   *
   * @param flags `MSG_PEEK` leaves what it gives to the next read, `MSG_DONTWAIT` gives what is there or fails with `EAGAIN`,
   *   `MSG_WAITALL` waits for all `size` bytes.
   */
  recv$(size: number, flags = 0): Observable<Buffer> {
    return this.receiving.recv('recv', size, flags).pipe(map((bytes) => orAgain(bytes, 'recv')));
  }

  /** As {@link recv$}, and the peer's address with it. */
  recvfrom$(size: number, flags = 0): Observable<readonly [Buffer, Address]> {
    return this.receiving
      .recv('recvfrom', size, flags)
      .pipe(map((bytes) => [orAgain(bytes, 'recvfrom'), addressOf(this.connection.linkFor('recvfrom').remote)]));
  }

  /**
   * Fails: a stream has one peer, which `connect` names. `EISCONN` when the socket is connected, `ENOTCONN` otherwise.
   *
   * @see The socket document, `socket.sendto(bytes, address)`: the socket should not be connected.
   */
  sendto$(data: Sendable, address: Address): Observable<number> {
    return this.operations.start('sendto', () => {
      toBytes(data, 'sendto');
      toEndpoint(address, 'sendto');
      this.connection.linkFor('sendto');
      throw new OSError('EISCONN', 'sendto', `sendto: the socket is connected to ${this.connection.peer}; use send`);
    });
  }

  /**
   * See {@link read}: exactly `size` bytes, or all until the peer closes where there is no size, `null` or a negative one.
   * Non-blocking: what is there, or `null`.
   */
  read$(size?: number | null): Observable<Buffer | null> {
    return this.receiving.read(size);
  }

  /** See {@link readinto}: emits the number of bytes stored. Non-blocking: of those there, or `null`. */
  readinto$(target: Uint8Array, size?: number | null): Observable<number | null> {
    return this.receiving.readinto(target, size);
  }

  /**
   * See {@link readline}: up to and including the newline, and no more than `size` bytes of it. Non-blocking: what there is
   * of the line, or `null`.
   */
  readline$(size?: number | null): Observable<Buffer | null> {
    return this.receiving.readline(size);
  }

  /**
   * Ends the connection behind what the send buffer holds, so that the peer sees EOF, and emits when the interface is done
   * with it. Pending operations and all later ones fail with `EBADF`. Closing twice is no error. See `SO_LINGER` of
   * {@link setsockopt$} for closing with a reset.
   */
  close$(): Observable<void> {
    return this.closed$;
  }

  /**
   * Sets the time that operations which start from now on may take.
   *
   * @param seconds `null` waits for ever (a new socket does), 0 never waits.
   * @see The socket document, `socket.settimeout(value)`.
   */
  settimeout(seconds: number | null): void {
    this.operations.settimeout(seconds);
  }

  /**
   * Changes an option of the socket and emits once it is in force: `SO_KEEPALIVE`, `TCP_KEEPIDLE` (seconds),
   * `TCP_NODELAY`, `SO_REUSEADDR`, `SO_RCVBUF` and `SO_SNDBUF` (bytes), `SO_LINGER` (a `struct linger`: with 0 seconds
   * {@link close$} drops what has not gone, and the peer sees a reset; it waits otherwise), `SO_RCVTIMEO` and
   * `SO_SNDTIMEO` (a `struct timeval`; an operation then fails with `EAGAIN`, as on BSD, where {@link settimeout} has set
   * no time).
   *
   * Errors: `ENOPROTOOPT` for an option that is not known, or that the interface cannot do; `EINVAL` for a value that
   * it cannot have.
   *
   * @see The socket document, `socket.setsockopt(level, optname, value)`.
   */
  setsockopt$(level: number, option: number, value: OptionValue): Observable<void> {
    return this.operations.start('setsockopt', () =>
      concat(this.set(socketOption(level, option, value)), of(undefined)).pipe(
        this.operations.boundedSetup('setsockopt', this.nic),
      ),
    );
  }

  /** `true` is `settimeout(null)`, `false` is `settimeout(0)`. */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  /** `<socket state=connected link=4 remote=192.168.1.9:80 queued=120 nic=esp8285>` */
  protected override shown(): readonly [string, Shown] {
    const { link, reader, sender } = this.connection;
    const { keepAlive, noDelay } = this.settings.value;
    return [
      'socket',
      {
        state: currentOf(this.state$),
        link: link?.id,
        local: endpointText(this.localAddress),
        remote: endpointText(this.remote),
        // Bytes that nobody has read, bytes that the interface has not taken, and clients that nobody has accepted.
        queued: link && reader.length,
        unsent: sender.unsent || undefined,
        waiting: this.listening.queue?.length,
        timeout: this.operations.timeout ?? undefined,
        keepAlive,
        noDelay,
        tls: this.connection.isEncrypted || undefined,
        nic: this.nic.name,
      },
    ];
  }

  /** `EBADF` on a closed socket. */
  protected checkOpen(syscall: string): void {
    this.operations.checkOpen(syscall);
  }

  private set(option: SocketOption): Observable<never> {
    switch (option.name) {
      case 'SO_KEEPALIVE':
      case 'TCP_KEEPIDLE':
      case 'TCP_NODELAY':
        if (!['unconnected', 'connected'].includes(this.phase.value)) {
          throw new OSError('EINVAL', 'setsockopt', `setsockopt: ${option.name}: the socket is ${this.phase.value}`);
        }
        return this.settings.change(option, this.nic, this.connection.link);
      case 'SO_REUSEADDR':
        checkReuse(option.on);
        return EMPTY;
      case 'SO_RCVBUF':
        this.connection.reader.resize(option.bytes);
        return EMPTY;
      case 'SO_SNDBUF':
        this.connection.sender.resize(option.bytes);
        return EMPTY;
      case 'SO_LINGER':
        return this.settings.reset(option.seconds === 0, this.nic);
      case 'SO_RCVTIMEO':
      case 'SO_SNDTIMEO':
        this.operations.setTimeoutOf(option);
        return EMPTY;
      default:
        throw notAnOptionOf('stream', option);
    }
  }

  private open(remote: Endpoint, options: ConnectOptions): Observable<void> {
    return defer(() => {
      this.phase.next('connecting');
      this.connection.isOpening = true;
      this.connection.isEncrypted = options.tls !== undefined;
      return this.nic.openStream(remote, { ...options, ...this.settings.value });
    }).pipe(
      map((link) => {
        this.adopt(link);
      }),
      finalize(() => {
        this.connection.isOpening = false;
        if (this.phase.value === 'connecting') this.phase.next('unconnected');
      }),
      takeUntil(this.operations.closing$),
    );
  }

  /** A socket of the same kind, with the connection that has come. */
  private socketOver(link: StreamLink): this {
    const Kind = this.constructor as new (nic: Nic, options: SocketOptions) => this;
    const socket = new Kind(this.nic, this.options);
    socket.settings.resets = this.settings.resets;
    socket.adopt(link);
    return socket;
  }

  private adopt(link: StreamLink): void {
    this.connection.adopt(link);
    this.phase.next('connected');
  }

  private end(): Observable<void> {
    this.phase.next('closed');
    // First, so that no read that waits takes what another leaves.
    this.connection.endReading();
    this.operations.close();
    const released$ = defer(() => {
      this.connection.end();
      this.operations.unattended.end();
      return of(undefined);
    });
    return concat(this.connection.close(this.settings.resets), this.listening.queue?.close() ?? EMPTY, released$);
  }
}

/** A port is given to the next one at once; that cannot be turned off. */
function checkReuse(on: boolean): void {
  if (on) return;
  throw new OSError('ENOPROTOOPT', 'setsockopt', 'setsockopt: SO_REUSEADDR is always on for a stream socket');
}

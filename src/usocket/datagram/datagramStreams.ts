import { combineLatest, distinctUntilChanged, EMPTY, map, type Observable, of, repeat } from 'rxjs';

import { Inspectable, type Pollable, type Readiness, sameReadiness, type Shown } from '../../streams';
import { type Address, addressOf, endpointText } from '../calls/address';
import { type Call, receiveFlags, type Sendable, sendFlags } from '../calls/call';
import { CommonCalls, type OwnOptionChange } from '../calls/commonCalls';
import { Operations } from '../calls/operations';
import type { OptionValue } from '../calls/optionChange';
import type { SocketCall } from '../calls/socketCall';
import { checkSocketOptions, type SocketOptions } from '../calls/socketOptions';
import { atCaller } from '../contract/callerStack';
import type { Datagram, Endpoint, Nic } from '../contract/nic';
import { DatagramPort } from './datagramPort';
import { DatagramSender } from './datagramSender';

const broadcastAddress = '255.255.255.255';

/**
 * A datagram socket as observables: the cold form of each method, and the received datagrams as a stream. Each datagram is
 * sent and received whole. A read that asks for fewer bytes than a datagram has drops the rest of it, as on BSD. A datagram
 * that finds the receive buffer full is dropped, too, and counted in {@link dropped}.
 *
 * `bind`, `connect` or the first send opens the local port. Each operation fails with `EBADF` on a closed socket, and with
 * `ETIMEDOUT` after the time of {@link settimeout}. The methods without `$` are in {@link DatagramSocket}.
 */
export class DatagramStreams extends Inspectable implements Pollable {
  /** What could be done without waiting, as `uselect` sees it. Replays the current state. */
  readonly readiness$: Observable<Readiness>;
  /** Each datagram that comes, with its sender. Cold: a subscription takes the datagrams from {@link recvfrom$}. */
  readonly datagrams$: Observable<Datagram>;

  private readonly operations: Operations;
  private readonly port: DatagramPort;
  private readonly sender = new DatagramSender();
  private readonly commonCalls: CommonCalls;

  constructor(
    private readonly nic: Nic,
    options: SocketOptions = {},
  ) {
    super();
    const { receiveBuffer, scheduler } = checkSocketOptions(options);
    const operations = new Operations(scheduler);
    const port = new DatagramPort(receiveBuffer, nic);
    operations.traced = nic.sockets?.add(port);
    this.operations = operations;
    this.port = port;
    this.commonCalls = new CommonCalls(nic, operations, {
      receiveBuffer: port.received,
      sendBuffer: this.sender,
      change: (call, change) => this.change(call, change),
      endReads: () => port.endReads(),
      release: () => port.close(this.sender.flush()),
    });
    this.datagrams$ = operations
      .start('recvfrom', undefined, (call) => {
        port.linkFor(call);
        return port.received.take$();
      })
      .pipe(repeat());
    this.readiness$ = combineLatest([
      port.received.readable$,
      this.sender.hasRoom$,
      port.condition$,
      operations.background.failure$,
    ]).pipe(
      map(([readable, hasRoom, condition, failure]) => ({
        readable,
        writable: condition === 'usable' && hasRoom,
        hangup: condition !== 'usable',
        error: condition === 'failed' || failure !== undefined,
        ...(condition === 'closed' && { closed: true }),
      })),
      distinctUntilChanged(sameReadiness),
    );
    // Ends with `close$`.
    operations.background.run(port.receive(operations.closing$));
  }

  /** The local address, once the port is open. */
  get localAddress(): Endpoint | undefined {
    return this.port.link?.local;
  }

  /** The peer that {@link connect$} has named. */
  get remote(): Endpoint | undefined {
    return this.port.peer;
  }

  /** How many datagrams were dropped because the receive buffer was full. */
  get dropped(): number {
    return this.port.dropped;
  }

  /**
   * Opens a local port, which receives from then on, and emits once. Port 0 is any free port, which {@link localAddress}
   * tells, and the host `''` is every address.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`; `EINVAL` for a bad address, or when the socket has a port already. Over a modem
   * also `ENETUNREACH` when it is on no network, and `EMFILE` when all its links are in use.
   */
  bind$(address: Address): Observable<void> {
    return this.operations.start('bind', address, (call) => {
      const local = call.localOf(address);
      if (this.port.isBound) throw call.error('EINVAL', 'the socket has an address already');
      return this.port.open(local).pipe(
        map(() => undefined),
        call.setupDeadline(this.nic),
      );
    });
  }

  /**
   * Names the peer of {@link send$}, and emits once. From then on, only datagrams of the peer are received. It may be called
   * again. Fails like {@link bind$}.
   */
  connect$(address: Address): Observable<void> {
    return this.operations.start('connect', address, (call) => {
      const remote = call.remoteOf(address);
      return this.port.open().pipe(
        map(() => {
          this.port.peer = remote;
        }),
        call.setupDeadline(this.nic),
      );
    });
  }

  /**
   * Sends one datagram to the peer, and emits its size in bytes. Fails with `EDESTADDRREQ` before {@link connect$}, and
   * otherwise like {@link sendto$}.
   *
   * @param flags `MSG_DONTWAIT` sends as on a non-blocking socket.
   */
  send$(data: Sendable, flags = 0): Observable<number> {
    return this.operations.start('send', data, (call) => {
      const peer = this.peerFor(call);
      const { dontWait } = call.flagsOf(flags, sendFlags);
      return this.transmit(call, call.bytesOf(data), peer, dontWait);
    });
  }

  /**
   * Sends one datagram, and emits its size in bytes when the interface has taken it. It is not known whether it
   * arrives.
   *
   * Errors: `EMSGSIZE` when it is longer than the interface can send; `EACCES` for a broadcast without `SO_BROADCAST`;
   * `EAGAIN` when the socket is non-blocking and the send buffer is full (`SO_SNDBUF`); and those of {@link bind$}.
   */
  sendto$(data: Sendable, address: Address): Observable<number> {
    return this.operations.start('sendto', [data, address], (call) => {
      const remote = call.remoteOf(address);
      return this.transmit(call, call.bytesOf(data), remote);
    });
  }

  /** Sends as {@link send$} does, but emits `null` when the socket is non-blocking and the send buffer is full. */
  write$(data: Sendable): Observable<number | null> {
    return this.operations.start('write', data, (call) => {
      const peer = this.peerFor(call);
      const bytes = call.bytesOf(data);
      const isFull = call.isNonBlocking && !this.sender.hasRoomFor(bytes.length);
      return isFull ? of(null) : this.transmit(call, bytes, peer);
    });
  }

  /** Takes a datagram as {@link recvfrom$} does, and emits its bytes alone. */
  recv$(size: number, flags = 0): Observable<Buffer> {
    return this.operations.start('recv', size, (call) =>
      this.take(call, size, flags).pipe(map((datagram) => call.found(datagram).data)),
    );
  }

  /**
   * Takes the next datagram, at most `size` bytes of it, and emits the bytes with the address of the sender.
   *
   * Errors: `EAGAIN` when the socket is non-blocking and no datagram has come; `ENOTCONN` when the socket has no port yet
   * and would wait for ever.
   *
   * @param flags `MSG_PEEK` leaves the datagram to the next read. `MSG_DONTWAIT` reads as on a non-blocking socket.
   */
  recvfrom$(size: number, flags = 0): Observable<readonly [Buffer, Address]> {
    return this.operations.start('recvfrom', size, (call) =>
      this.take(call, size, flags).pipe(
        map((datagram) => {
          const { data, remote } = call.found(datagram);
          return [data, addressOf(remote)] as const;
        }),
      ),
    );
  }

  /** Takes the next datagram, at most `size` bytes of it. Non-blocking: emits `null` when no datagram has come. */
  read$(size?: number | null): Observable<Buffer | null> {
    return this.operations.start('read', size ?? undefined, (call) =>
      this.take(call, call.sizeOrAll(size)).pipe(map((datagram) => datagram?.data ?? null)),
    );
  }

  /** Reads as {@link read$} does, but into `target`, and emits the number of bytes stored, or `null`. */
  readinto$(target: Uint8Array, size?: number | null): Observable<number | null> {
    return this.operations.start('readinto', size ?? target, (call) => {
      call.checkTarget(target);
      const wanted = Math.min(call.sizeOrAll(size), target.length);
      return this.take(call, wanted).pipe(map((datagram) => datagram?.data.copy(target) ?? null));
    });
  }

  /**
   * Sends what is in the send buffer, closes the port, and emits once when the interface has released it. Calls that
   * wait fail with `EBADF`, and so does each later call. Closing twice is not an error. Unsubscribing does not stop the
   * closing.
   */
  close$(): Observable<void> {
    return this.commonCalls.close$;
  }

  /**
   * Sets how long the calls that start from now on may take. After that time they fail with `ETIMEDOUT`, and have taken
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
   * Changes an option of the socket, and emits once when it is in force. {@link DatagramSocket.setsockopt} lists the options.
   *
   * Errors: `ENOPROTOOPT` for an option that is not known here, or that the interface does not have; `EINVAL` for a value
   * that the option cannot have.
   */
  setsockopt$(level: number, option: number, value: OptionValue): Observable<void> {
    return this.commonCalls.setsockopt(level, option, value);
  }

  /** `<socket type=dgram state=open local=0.0.0.0:5000 queued=2 bytes=120 nic=host>`: datagrams that no call has read. */
  protected override shown(): readonly [string, Shown] {
    const { link, state, peer, received, receivedBytes, dropped, mayBroadcast } = this.port;
    return [
      'socket',
      {
        type: 'dgram',
        state,
        link: link?.id,
        local: link && endpointText(link.local),
        remote: peer && endpointText(peer),
        queued: link && received.count,
        bytes: link && receivedBytes,
        dropped: dropped || undefined,
        timeout: this.operations.limits.timeout ?? undefined,
        broadcast: mayBroadcast || undefined,
        nic: this.nic.name,
      },
    ];
  }

  private change(call: SocketCall, change: OwnOptionChange): Observable<never> {
    switch (change.name) {
      case 'SO_BROADCAST':
        return this.port.allowBroadcast(change.on);
      case 'SO_REUSEADDR':
        if (this.port.link) throw call.error('EINVAL', 'SO_REUSEADDR is set before bind: the port is open');
        this.port.reuseAddress = change.on;
        return EMPTY;
      case 'IP_ADD_MEMBERSHIP':
      case 'IP_DROP_MEMBERSHIP':
        return this.port.linkFor(call).join(change.group, change.name === 'IP_ADD_MEMBERSHIP');
      default:
        throw call.error('ENOPROTOOPT', `${change.name} is not an option of a datagram socket`);
    }
  }

  private transmit(call: SocketCall, bytes: Uint8Array, remote: Endpoint, dontWait = false): Observable<number> {
    this.checkSendable(call, bytes.length, remote);
    const link$ = this.port.open();
    if (!call.isNonBlocking && !dontWait) {
      return this.sender
        .send(link$, remote, bytes)
        .pipe(call.deadline('send', `the interface ${this.nic.name} did not answer`));
    }
    if (!this.sender.hasRoomFor(bytes.length)) {
      throw call.error('EAGAIN', 'the send buffer is full (SO_SNDBUF), and the socket is non-blocking');
    }
    this.operations.background.run(this.sender.put(link$, remote, bytes));
    return of(bytes.length);
  }

  private checkSendable(call: Call, size: number, { address }: Endpoint): void {
    const { maxDatagram, name } = this.nic;
    if (size > maxDatagram) {
      const reason = `a datagram over the interface ${name} has at most ${maxDatagram} bytes, not ${size}`;
      throw call.error('EMSGSIZE', reason);
    }
    if (address === broadcastAddress && !this.port.mayBroadcast) {
      throw call.error('EACCES', 'a broadcast needs setsockopt(SOL_SOCKET, SO_BROADCAST, 1) first');
    }
  }

  /** Emits `undefined` when the call does not wait and nothing has come. */
  private take(call: SocketCall, size: number, flags = 0): Observable<Datagram | undefined> {
    const { peek, dontWait } = call.flagsOf(flags, receiveFlags);
    call.checkSize(size);
    // A datagram that stays in the queue is copied, because the program may write into its own.
    const partOf = (data: Buffer) => (peek ? Buffer.from(data.subarray(0, size)) : data.subarray(0, size));
    return this.next(call, peek, dontWait).pipe(
      map((datagram) => datagram && { ...datagram, data: partOf(datagram.data) }),
    );
  }

  private next(call: SocketCall, peek: boolean, dontWait: boolean): Observable<Datagram | undefined> {
    const { received } = this.port;
    if (call.isNonBlocking || dontWait) return of(peek ? received.peekNow() : received.takeNow());
    // Nothing comes without a port. A program that would wait for ever has forgotten to open it.
    if (!call.isTimed('receive')) this.port.linkFor(call);
    return (peek ? received.peek$() : received.take$()).pipe(call.deadline('receive', 'no datagram came'));
  }

  private peerFor(call: Call): Endpoint {
    if (this.port.peer) return this.port.peer;
    throw call.error('EDESTADDRREQ', 'the socket is not connected; call connect first, or sendto');
  }
}

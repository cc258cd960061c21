import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  combineLatest,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  ignoreElements,
  map,
  type Observable,
  of,
  repeat,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';

import {
  Inspectable,
  ItemQueue,
  Mutex,
  type Pollable,
  type Readiness,
  runOnce,
  sameReadiness,
  type Shown,
} from '../../streams';
import { type Address, addressOf, endpointText, toEndpoint, toLocalEndpoint } from '../calls/address';
import {
  checkReceiveBuffer,
  checkSize,
  checkTarget,
  orAgain,
  type Sendable,
  sizeOrAll,
  toBytes,
} from '../calls/arguments';
import { MSG_PEEK } from '../contract/constants';
import { flagsOf, receiveFlags, sendFlags } from '../calls/flags';
import type { Datagram, DatagramLink, Endpoint, Nic } from '../contract/nic';
import { closedError, Operations } from '../calls/operations';
import { OSError } from '../contract/osError';
import { notAnOptionOf, type OptionValue, type SocketOption, socketOption } from '../calls/socketOption';
import type { SocketOptions } from '../stream/socketStreams';
import { DatagramSender } from './datagramSender';

/** What a datagram takes of the receive buffer besides its bytes, so that empty ones are not without end. */
const overhead = 32;
const anywhere: Endpoint = { address: '0.0.0.0', port: 0 };
const everybody = '255.255.255.255';

/**
 * A datagram socket as observables: the cold form of each method, and what comes as a stream. Each datagram is sent and
 * received whole; of one that is longer than a read asks for, the rest is dropped, as BSD has it. What finds the receive
 * buffer full is dropped too, and counted in {@link dropped}.
 *
 * The local port is opened by `bind`, by `connect`, or by the first datagram that is sent. Every operation fails with
 * `EBADF` on a closed socket, and with `ETIMEDOUT` after the time set by {@link settimeout}. The methods without `$` are
 * in {@link DatagramSocket}.
 */
export class DatagramStreams extends Inspectable implements Pollable {
  /** What could be done without waiting; replays the current state. This is what `uselect` looks at. */
  readonly readiness$: Observable<Readiness>;
  /** Each datagram that comes, with its sender. Cold: subscribing takes those that {@link recvfrom$} would. */
  readonly datagrams$: Observable<Datagram>;

  private readonly operations: Operations;
  private readonly received: ItemQueue<Datagram>;
  private readonly opening = new Mutex();
  private readonly sender = new DatagramSender();
  private readonly link = new BehaviorSubject<DatagramLink | undefined>(undefined);
  private readonly condition = new BehaviorSubject<'usable' | 'failed' | 'closed'>('usable');
  private readonly closed$: Observable<void>;
  private peer: Endpoint | undefined;
  private mayBroadcast = false;
  private reuseAddress = false;
  private drops = 0;

  constructor(
    private readonly nic: Nic,
    { receiveBuffer = 262_144, scheduler = asyncScheduler }: SocketOptions = {},
  ) {
    super();
    checkReceiveBuffer(receiveBuffer);
    this.operations = new Operations(scheduler);
    this.received = new ItemQueue({ capacity: receiveBuffer, sizeOf: ({ data }) => data.length + overhead });
    this.datagrams$ = defer(() =>
      this.operations.start('recvfrom', () => {
        this.checkOpened('recvfrom');
        return this.received.take$();
      }),
    ).pipe(repeat());
    this.readiness$ = this.readiness();
    this.closed$ = defer(() => this.end()).pipe(runOnce());
    // Ends with `close$`.
    this.operations.unattended.run(this.fill());
  }

  /** The local address, once the port is open. */
  get localAddress(): Endpoint | undefined {
    return this.link.value?.local;
  }

  /** The peer that `connect` has named. */
  get remote(): Endpoint | undefined {
    return this.peer;
  }

  /** How many datagrams have found the receive buffer full. */
  get dropped(): number {
    return this.drops;
  }

  /**
   * Opens a local port, which receives from now on, and emits once. A port of 0 is any free one: {@link localAddress}.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`; `EINVAL` for a bad address, or when the socket has one already; over a modem
   * `ENETUNREACH` off the network, and `EMFILE` when its five links are in use.
   *
   * @see The socket document, `socket.bind(address)`.
   */
  bind$(address: Address): Observable<void> {
    return this.operations.start('bind', () => {
      const local = toLocalEndpoint(address);
      if (this.link.value || this.opening.locked)
        throw new OSError('EINVAL', 'bind', 'bind: the socket has an address already');
      return this.opened(local).pipe(
        map(() => undefined),
        this.operations.boundedSetup('bind', this.nic),
      );
    });
  }

  /**
   * Names the peer of {@link send$}, from which alone datagrams are taken then, and emits once. May be called again.
   *
   * Errors: as {@link bind$}.
   *
   * @see The socket document, `socket.connect(address)`.
   */
  connect$(address: Address): Observable<void> {
    return this.operations.start('connect', () => {
      const remote = toEndpoint(address, 'connect');
      return this.opened().pipe(
        map(() => {
          this.peer = remote;
        }),
        this.operations.boundedSetup('connect', this.nic),
      );
    });
  }

  /**
   * Sends one datagram to the peer, and emits its size. Errors: `EDESTADDRREQ` before `connect`; else as {@link sendto$}.
   *
   * @param flags `MSG_DONTWAIT` sends as on a non-blocking socket.
   */
  send$(data: Sendable, flags = 0): Observable<number> {
    return this.operations.start('send', () => this.transmit('send', data, this.connectedTo('send'), flags));
  }

  /**
   * Sends one datagram and emits its size, once the interface has it. Nobody tells whether it arrives.
   *
   * Errors: `EMSGSIZE` when it is longer than the interface sends, `EACCES` for a broadcast without `SO_BROADCAST`,
   * `EAGAIN` when the socket is non-blocking and the send buffer full (`SO_SNDBUF`); and as {@link bind$}.
   *
   * @see The socket document, `socket.sendto(bytes, address)`.
   */
  sendto$(data: Sendable, address: Address): Observable<number> {
    return this.operations.start('sendto', () => this.transmit('sendto', data, toEndpoint(address, 'sendto')));
  }

  /** As {@link send$}; `null` when the socket is non-blocking and the send buffer full. */
  write$(data: Sendable): Observable<number | null> {
    return this.operations.start('write', () => {
      const peer = this.connectedTo('write');
      const isFull = this.operations.isNonBlocking && !this.sender.hasRoomFor(toBytes(data, 'write').length);
      return isFull ? of(null) : this.transmit('write', data, peer);
    });
  }

  /** As {@link recvfrom$}, without the sender. */
  recv$(size: number, flags = 0): Observable<Buffer> {
    return this.take('recv', size, flags).pipe(map((datagram) => orAgain(datagram, 'recv').data));
  }

  /**
   * Takes the next datagram, at most `size` bytes of it, and emits it with its sender.
   *
   * Errors: `EAGAIN` when the socket is non-blocking and none has come, `ENOTCONN` when it has no port yet and would wait
   * for ever.
   *
   * @param flags `MSG_PEEK` leaves the datagram to the next read, `MSG_DONTWAIT` reads as on a non-blocking socket.
   * @see The socket document, `socket.recvfrom(bufsize)`.
   */
  recvfrom$(size: number, flags = 0): Observable<readonly [Buffer, Address]> {
    return this.take('recvfrom', size, flags).pipe(
      map((datagram) => {
        const { data, remote } = orAgain(datagram, 'recvfrom');
        return [data, addressOf(remote)];
      }),
    );
  }

  /** Takes the next datagram, at most `size` bytes of it; one datagram, not more. Non-blocking: `null` when none has come. */
  read$(size?: number | null): Observable<Buffer | null> {
    return defer(() => this.take('read', sizeOrAll(size, 'read'))).pipe(map((datagram) => datagram?.data ?? null));
  }

  /** As {@link read$}, into a buffer: emits the number of bytes stored, or `null`. */
  readinto$(target: Uint8Array, size?: number | null): Observable<number | null> {
    return defer(() => {
      checkTarget(target);
      return this.take('readinto', Math.min(size ?? Infinity, target.length));
    }).pipe(map((datagram) => datagram?.data.copy(target) ?? null));
  }

  /**
   * Closes the port, and emits when the interface is done with it. Pending operations and all later ones fail with
   * `EBADF`. Closing twice is no error.
   */
  close$(): Observable<void> {
    return this.closed$;
  }

  /** As {@link SocketStreams.settimeout}. */
  settimeout(seconds: number | null): void {
    this.operations.settimeout(seconds);
  }

  /** `true` is `settimeout(null)`, `false` is `settimeout(0)`. */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  /**
   * Changes an option of the socket and emits once it is in force: `SO_BROADCAST`, `SO_REUSEADDR` (before `bind`),
   * `SO_RCVBUF`, `SO_SNDBUF` (bytes), `SO_RCVTIMEO`, `SO_SNDTIMEO` (a `struct timeval`), `IP_ADD_MEMBERSHIP` and `IP_DROP_MEMBERSHIP`
   * (a `struct ip_mreq`, after `bind`; no modem has them).
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

  /** `<socket type=dgram state=open local=0.0.0.0:5000 queued=2 bytes=120 nic=host>`: datagrams that nobody has read. */
  protected override shown(): readonly [string, Shown] {
    const link = this.link.value;
    const { count, size } = this.received;
    const { value: condition } = this.condition;
    return [
      'socket',
      {
        type: 'dgram',
        state: condition !== 'usable' ? condition : link ? 'open' : 'unbound',
        link: link?.id,
        local: endpointText(link?.local),
        remote: endpointText(this.peer),
        queued: link && count,
        bytes: link && size - count * overhead,
        dropped: this.drops || undefined,
        timeout: this.operations.timeout ?? undefined,
        broadcast: this.mayBroadcast || undefined,
        nic: this.nic.name,
      },
    ];
  }

  private set(option: SocketOption): Observable<never> {
    switch (option.name) {
      case 'SO_BROADCAST':
        this.mayBroadcast = option.on;
        return this.link.value?.allowBroadcast(option.on) ?? EMPTY;
      case 'SO_REUSEADDR':
        if (this.link.value) {
          throw new OSError('EINVAL', 'setsockopt', 'setsockopt: SO_REUSEADDR is set before bind: the port is open');
        }
        this.reuseAddress = option.on;
        return EMPTY;
      case 'SO_RCVBUF':
        this.received.resize(option.bytes);
        return EMPTY;
      case 'SO_SNDBUF':
        this.sender.resize(option.bytes);
        return EMPTY;
      case 'SO_RCVTIMEO':
      case 'SO_SNDTIMEO':
        this.operations.setTimeoutOf(option);
        return EMPTY;
      case 'IP_ADD_MEMBERSHIP':
      case 'IP_DROP_MEMBERSHIP':
        return this.checkOpened('setsockopt').join(option.group, option.name === 'IP_ADD_MEMBERSHIP');
      default:
        throw notAnOptionOf('datagram', option);
    }
  }

  /** Emits the link; opens the port first where that has not been done. Goes on for the send buffer of a socket that is closed. */
  private opened(local: Endpoint = anywhere): Observable<DatagramLink> {
    return this.opening.runExclusive(
      defer(() => {
        if (this.link.value) return of(this.link.value);
        return this.nic.openDatagram(local, { reuseAddress: this.reuseAddress }).pipe(
          tap((link) => {
            this.link.next(link);
          }),
          concatMap((link) => concat(this.mayBroadcast ? link.allowBroadcast(true) : EMPTY, of(link))),
        );
      }),
    );
  }

  private transmit(syscall: string, data: Sendable, remote: Endpoint, flags = 0): Observable<number> {
    const { dontWait } = flagsOf(flags, sendFlags, syscall);
    const bytes = toBytes(data, syscall);
    this.checkSendable(syscall, bytes.length, remote);
    const link$ = this.opened();
    if (!this.operations.isNonBlocking && !dontWait) {
      return this.sender
        .send(link$, remote, bytes)
        .pipe(this.operations.bounded(syscall, `the interface ${this.nic.name}`, { direction: 'send' }));
    }
    if (!this.sender.hasRoomFor(bytes.length)) {
      const message = `${syscall}: the send buffer is full (SO_SNDBUF), and the socket is non-blocking`;
      throw new OSError('EAGAIN', syscall, message);
    }
    this.operations.unattended.run(this.sender.put(link$, remote, bytes));
    return of(bytes.length);
  }

  private checkSendable(syscall: string, size: number, { address }: Endpoint): void {
    const { maxDatagram, name } = this.nic;
    if (size > maxDatagram) {
      const message = `${syscall}: a datagram over the interface ${name} has at most ${maxDatagram} bytes`;
      throw new OSError('EMSGSIZE', syscall, `${message}, not ${size}`);
    }
    if (address === everybody && !this.mayBroadcast) {
      const message = `${syscall}: a broadcast wants setsockopt(SOL_SOCKET, SO_BROADCAST, 1) first`;
      throw new OSError('EACCES', syscall, message);
    }
  }

  private take(syscall: string, size: number, flags = 0): Observable<Datagram | undefined> {
    return this.operations
      .start(syscall, () => {
        const { peek, dontWait } = flagsOf(flags, receiveFlags, syscall);
        checkSize(size, syscall);
        if (this.operations.isNonBlocking || dontWait) {
          return of(peek ? this.received.peekNow() : this.received.takeNow());
        }
        // Without a port nothing comes: who waits for ever has forgotten it.
        if (!this.operations.isTimed('receive')) this.checkOpened(syscall);
        const datagram$ = peek ? this.received.peek$() : this.received.take$();
        return datagram$.pipe(
          this.operations.bounded(syscall, 'nobody', { what: 'sent anything', direction: 'receive' }),
        );
      })
      .pipe(map((datagram) => datagram && { ...datagram, data: partOf(datagram.data, size, flags) }));
  }

  private fill(): Observable<never> {
    return this.link.pipe(
      switchMap((link) => link?.datagrams$ ?? EMPTY),
      filter(({ remote }) => !this.peer || sameEndpoint(remote, this.peer)),
      tap((datagram) => {
        if (!this.received.push(datagram)) this.drops++;
      }),
      catchError((error: Error) => {
        this.received.fail(error);
        this.condition.next('failed');
        return EMPTY;
      }),
      ignoreElements(),
      takeUntil(this.operations.closing$),
    );
  }

  private readiness(): Observable<Readiness> {
    return combineLatest([
      this.received.readable$,
      this.sender.hasRoom$,
      this.condition,
      this.operations.unattended.failure$,
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
  }

  private connectedTo(syscall: string): Endpoint {
    if (this.peer) return this.peer;
    const message = `${syscall}: the socket is not connected; call connect first, or sendto`;
    throw new OSError('EDESTADDRREQ', syscall, message);
  }

  private checkOpened(syscall: string): DatagramLink {
    if (this.link.value) return this.link.value;
    const message = `${syscall}: the socket has no port yet; call bind or connect first, or send something`;
    throw new OSError('ENOTCONN', syscall, message);
  }

  private end(): Observable<void> {
    // First, so that no operation that waits takes what another leaves.
    this.received.close(closedError('recvfrom'));
    this.operations.close();
    this.condition.next('closed');
    const released$ = defer(() => {
      this.operations.unattended.end();
      return of(undefined);
    });
    return concat(
      this.sender.flush(),
      defer(() => this.link.value?.close() ?? EMPTY),
      released$,
    );
  }
}

/** The part of a datagram that a read gets: a copy, where the datagram stays. */
function partOf(data: Buffer, size: number, flags: number): Buffer {
  const part = data.subarray(0, size);
  return (flags & MSG_PEEK) === 0 ? part : Buffer.from(part);
}

function sameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.address === other.address && one.port === other.port;
}

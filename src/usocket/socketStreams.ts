import {
  asyncScheduler,
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  finalize,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  ReplaySubject,
  type SchedulerLike,
  share,
  Subject,
  switchMap,
  take,
  takeUntil,
  throwIfEmpty,
} from 'rxjs';

import { ByteReader, deadline, type Pollable, type Readiness } from '../streams';
import { type Address, toEndpoint } from './address';
import type { Endpoint, Nic, StreamLink } from './nic';
import { OSError } from './osError';
import { type SocketPhase, socketReadiness, type SocketState, socketState } from './socketState';
import { type Sendable, StreamSender, toBytes } from './streamSender';
import { Unattended } from './unattended';

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
export class SocketStreams implements Pollable {
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

  private readonly scheduler: SchedulerLike;
  private readonly phase = new BehaviorSubject<SocketPhase>('unconnected');
  private readonly opened = new ReplaySubject<StreamLink>(1);
  private readonly closing = new Subject<void>();
  private readonly closed$: Observable<void>;
  private readonly unattended = new Unattended();
  private readonly reader: ByteReader;
  private readonly sender = new StreamSender();
  private link: StreamLink | undefined;
  private peer = 'its peer';
  private timeout: number | null = null;

  constructor(
    private readonly nic: Nic,
    { receiveBuffer = 262_144, scheduler = asyncScheduler }: SocketOptions = {},
  ) {
    this.scheduler = scheduler;
    this.reader = new ByteReader((room$) => this.receive(room$), {
      capacity: receiveBuffer,
      overflow: () => this.overflowed(receiveBuffer),
    });
    this.state$ = socketState(this.phase, this.reader);
    this.readiness$ = socketReadiness({
      state$: this.state$,
      reader: this.reader,
      sending$: this.sender.busy$,
      failure$: this.unattended.failure$,
    });
    this.data$ = defer(() => this.connectedOr('recv', this.reader.data$));
    this.lines$ = defer(() => this.connectedOr('readline', this.reader.lines$));
    // Closing goes on to its end even if its caller stops waiting, and a second close waits for the first.
    this.closed$ = defer(() => this.end()).pipe(
      share({
        connector: () => new ReplaySubject(1),
        resetOnComplete: false,
        resetOnError: false,
        resetOnRefCountZero: false,
      }),
    );
    // Ends with `close$`.
    this.reader.connect();
  }

  /** The other end, once connected. */
  get remote(): Endpoint | undefined {
    return this.link?.remote;
  }

  /**
   * Connects to a remote address and emits once.
   *
   * Errors: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EISCONN` when connected already, `EALREADY` while connecting,
   * `EINVAL` for a bad address. Non-blocking: `EINPROGRESS`, and the socket becomes writable when it is connected.
   */
  connect$(address: Address): Observable<void> {
    return this.operation('connect', () => {
      const remote = toEndpoint(address, 'connect');
      if (this.phase.value === 'connecting') throw new OSError('EALREADY', 'connect', 'connect: already connecting');
      if (this.link) throw new OSError('EISCONN', 'connect', `connect: already connected to ${this.peer}`);
      const connecting$ = this.open(remote);
      if (this.timeout !== 0)
        return connecting$.pipe(this.bounded('connect', `${remote.address}:${String(remote.port)}`));
      this.unattended.run(connecting$);
      throw new OSError('EINPROGRESS', 'connect', 'connect: in progress; the socket becomes writable when connected');
    });
  }

  /**
   * Sends the first of the bytes and emits how many went: a short write, as BSD has it.
   *
   * Errors: `ENOTCONN`, `EPIPE` or `ECONNRESET` when the connection has ended, `EAGAIN` when a non-blocking socket has
   * no room.
   */
  send$(data: Sendable): Observable<number> {
    return this.operation('send', () => {
      const link = this.connectedLink('send');
      if (this.timeout === 0) return of(this.sendNow(link, toBytes(data, 'send'), 'send'));
      const bytes = toBytes(data, 'send').subarray(0, link.maxSend);
      return this.sender.sendAll(link, bytes).pipe(this.bounded('send', this.peer));
    });
  }

  /** Sends all bytes, then emits once. Errors as {@link send$}; how much has gone by then is unknown. */
  sendall$(data: Sendable): Observable<void> {
    return this.operation('sendall', () =>
      this.sender.sendAll(this.connectedLink('sendall'), toBytes(data, 'sendall')).pipe(
        this.bounded('sendall', this.peer),
        map(() => undefined),
      ),
    );
  }

  /**
   * Sends all bytes and emits their number. Non-blocking: emits how many fitted, `null` when none did.
   *
   * @see The socket document, `socket.write(buf)`.
   */
  write$(data: Sendable): Observable<number | null> {
    return this.operation('write', () => {
      const link = this.connectedLink('write');
      const bytes = toBytes(data, 'write');
      if (this.timeout !== 0) return this.sender.sendAll(link, bytes).pipe(this.bounded('write', this.peer));
      return of(this.sender.busy ? null : this.sendNow(link, bytes, 'write'));
    });
  }

  /** See {@link recv}: at least 1 byte and at most `size`; an empty buffer when the peer has closed. */
  recv$(size: number): Observable<Buffer> {
    return this.reading('recv', size, () => this.reader.recv$(size)).pipe(
      map((bytes) => {
        if (bytes === null)
          throw new OSError('EAGAIN', 'recv', 'recv: nothing has come yet, and the socket is non-blocking');
        return bytes;
      }),
    );
  }

  /** See {@link read}: exactly `size` bytes, or all until the peer closes. Non-blocking: what is there, or `null`. */
  read$(size?: number): Observable<Buffer | null> {
    return this.reading('read', size ?? Infinity, () => this.reader.read$(size));
  }

  /** See {@link readinto}: emits the number of bytes stored. Non-blocking: of those there, or `null`. */
  readinto$(target: Uint8Array, size = Infinity): Observable<number | null> {
    return defer(() => {
      checkTarget(target);
      const wanted = Math.min(size, target.length);
      return this.reading('readinto', wanted, () => this.reader.read$(wanted));
    }).pipe(map((bytes) => bytes?.copy(target) ?? null));
  }

  /** See {@link readline}: up to and including the newline. Non-blocking: what there is of the line, or `null`. */
  readline$(): Observable<Buffer | null> {
    return this.operation('readline', () => {
      this.connectedLink('readline');
      if (this.timeout === 0) return of(this.reader.readlineNow());
      return this.reader.readline$().pipe(this.bounded('readline', this.peer));
    });
  }

  /**
   * Ends the connection so that the peer sees EOF, and emits when the interface is done with it. Pending operations
   * and all later ones fail with `EBADF`. Closing twice is no error.
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
    if (seconds !== null && !(typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds))) {
      const message = `settimeout: a time-out is null or a number of seconds from 0 up, not ${String(seconds)}`;
      throw new OSError('EINVAL', 'settimeout', message);
    }
    this.timeout = seconds;
  }

  /** `true` is `settimeout(null)`, `false` is `settimeout(0)`. */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  private operation<T>(syscall: string, start: () => Observable<T>): Observable<T> {
    return defer(() => {
      if (this.phase.value === 'closed') throw closedError(syscall);
      const failure = this.unattended.takeFailure();
      if (failure) throw failure;
      return start();
    }).pipe(
      takeUntil(this.closing),
      throwIfEmpty(() => closedError(syscall)),
    );
  }

  private reading(syscall: string, size: number, read: () => Observable<Buffer>): Observable<Buffer | null> {
    return this.operation(syscall, () => {
      checkSize(size, syscall);
      this.connectedLink(syscall);
      if (this.timeout === 0) return of(size === 0 ? Buffer.alloc(0) : this.reader.readNow(size));
      return read().pipe(this.bounded(syscall, this.peer));
    });
  }

  private bounded<T>(syscall: string, peer: string): MonoTypeOperatorFunction<T> {
    const { timeout } = this;
    return deadline(timeout === null ? null : timeout * 1000, {
      scheduler: this.scheduler,
      expired: () =>
        new OSError(
          'ETIMEDOUT',
          syscall,
          `${syscall}: ${peer} did not answer within ${String(timeout)} s (settimeout)`,
        ),
    });
  }

  private receive(room$: Observable<number>): Observable<Uint8Array> {
    return this.opened.pipe(
      take(1),
      switchMap((link) => link.receive(room$)),
      takeUntil(this.closing),
    );
  }

  private open(remote: Endpoint): Observable<void> {
    return defer(() => {
      this.phase.next('connecting');
      return this.nic.openStream(remote);
    }).pipe(
      map((link) => {
        this.link = link;
        this.peer = `${remote.address}:${String(remote.port)}`;
        this.opened.next(link);
        this.phase.next('connected');
      }),
      finalize(() => {
        if (this.phase.value === 'connecting') this.phase.next('unconnected');
      }),
      takeUntil(this.closing),
    );
  }

  private sendNow(link: StreamLink, bytes: Uint8Array, syscall: string): number {
    const accepted = this.sender.accept(link, bytes, syscall);
    this.unattended.run(this.sender.sendAll(link, accepted));
    return accepted.length;
  }

  private connectedLink(syscall: string): StreamLink {
    if (this.link) return this.link;
    throw new OSError('ENOTCONN', syscall, `${syscall}: the socket is not connected; call connect first`);
  }

  private connectedOr<T>(syscall: string, stream$: Observable<T>): Observable<T> {
    if (this.phase.value === 'closed') throw closedError(syscall);
    this.connectedLink(syscall);
    return stream$;
  }

  private end(): Observable<void> {
    this.phase.next('closed');
    // First, so that no read that waits takes what another leaves.
    this.reader.close(closedError('recv'));
    this.closing.next();
    const released$ = defer(() => {
      this.opened.complete();
      this.unattended.end();
      return of(undefined);
    });
    return concat(this.link?.close() ?? EMPTY, released$);
  }

  private overflowed(receiveBuffer: number): OSError {
    return new OSError(
      'ENOBUFS',
      'recv',
      `recv: ${this.peer} sends faster than the program reads, and this firmware cannot hold it back; ` +
        `more than ${String(receiveBuffer)} bytes wait. Read sooner, or raise receiveBuffer`,
    );
  }
}

function closedError(syscall: string): OSError {
  return new OSError('EBADF', syscall, `${syscall}: the socket is closed`);
}

function checkTarget(target: unknown): void {
  if (target instanceof Uint8Array) return;
  throw new OSError('EINVAL', 'readinto', 'readinto: bytes are read into a Buffer or another Uint8Array');
}

function checkSize(size: number, syscall: string): void {
  if ((Number.isInteger(size) && size >= 0) || size === Infinity) return;
  throw new OSError('EINVAL', syscall, `${syscall}: a size is a whole number of bytes, not ${String(size)}`);
}

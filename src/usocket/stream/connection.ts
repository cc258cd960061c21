import {
  AsyncSubject,
  concat,
  defer,
  EMPTY,
  finalize,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  switchMap,
  takeUntil,
} from 'rxjs';

import { ByteReader } from '../../streams';
import { LazyState } from '../../streams/internal';
import { endpointText } from '../calls/address';
import type { Call } from '../calls/call';
import { closedError, type Operations } from '../calls/operations';
import type { Endpoint, Nic, StreamLink } from '../contract/nic';
import { callError, OSError } from '../contract/osError';
import type { Traceable } from '../contract/socketTrace';
import { ChosenSettings } from './chosenSettings';
import type { ConnectOptions } from './connectOptions';
import { endOfTurn } from './endOfTurn';
import { StreamSender } from './streamSender';

/** The state of a stream socket, as far as its own calls have changed it. */
export type SocketPhase = 'unconnected' | 'connecting' | 'connected' | 'listening' | 'closed';

/**
 * The state of a stream socket. `peerClosed`: the peer has ended its side, and what it has sent before can still be
 * read. `failed`: the connection is lost.
 */
export type SocketState = SocketPhase | 'peerClosed' | 'failed';

/** The connection of a stream socket: its link once there is one, the bytes received, and the bytes to send. */
export class Connection implements Traceable {
  readonly reader: ByteReader;
  readonly sender: StreamSender;
  readonly settings = new ChosenSettings();
  /** Whether it is encrypted, for inspection. */
  isEncrypted = false;
  /** Whether a call has reported that the peer has reset the connection. */
  wasReset = false;

  private readonly currentPhase = new LazyState<SocketPhase>('unconnected');
  /** Completes when it is not being opened any more; `undefined` while it is not. */
  private opening: AsyncSubject<never> | undefined;
  private current: StreamLink | undefined;

  constructor(
    receiveBufferSize: number,
    private readonly nic: Nic,
    private readonly operations: Operations,
    scheduler: SchedulerLike,
  ) {
    this.sender = new StreamSender((operation$) => {
      operations.background.run(operation$);
    }, endOfTurn(scheduler));
    this.reader = new ByteReader(
      (room$) => this.current?.receive(room$) ?? EMPTY,
      // Without room for a byte, nothing would ever come for `recv`.
      { capacity: Math.max(1, receiveBufferSize), overflow: () => this.overflow(receiveBufferSize) },
    );
  }

  /** Replays the current phase. */
  get phase$(): Observable<SocketPhase> {
    return this.currentPhase.state$;
  }

  get phase(): SocketPhase {
    return this.currentPhase.value;
  }

  get link(): StreamLink | undefined {
    return this.current;
  }

  /** What the calls of the socket have done, combined with what its peer has done. */
  get state(): SocketState {
    const { phase, reader } = this;
    if (phase !== 'connected' || !reader.finished) return phase;
    return reader.hasFailed ? 'failed' : 'peerClosed';
  }

  /** For those who watch. */
  get details(): Traceable['details'] {
    const { phase, state, reader, link } = this;
    return {
      kind: phase === 'listening' ? 'server' : 'stream',
      stage: state,
      ...(link?.id !== undefined && { link: link.id }),
      queued: reader.length,
    };
  }

  /** The other end, for messages. */
  get peer(): string {
    return this.current ? endpointText(this.current.remote) : 'its peer';
  }

  /** Whether it is being opened. */
  get isOpening(): boolean {
    return this.opening !== undefined;
  }

  enter(phase: SocketPhase): void {
    this.currentPhase.next(phase);
  }

  /** Throws `EALREADY` while it is being opened, `EISCONN` when it is open. */
  checkUnopened(call: Call): void {
    if (this.phase === 'connecting') throw call.error('EALREADY', 'already connecting');
    if (this.current) throw call.error('EISCONN', `already connected to ${this.peer}`);
  }

  /** Cold. Opens the link with the settings that have been chosen, and emits once. */
  open(remote: Endpoint, options: ConnectOptions): Observable<void> {
    return defer(() => {
      this.enter('connecting');
      this.opening = new AsyncSubject();
      this.isEncrypted = options.tls !== undefined;
      return this.nic.openStream(remote, { ...options, ...this.settings.value });
    }).pipe(
      map((link) => {
        this.adopt(link);
      }),
      finalize(() => {
        const { opening } = this;
        this.opening = undefined;
        opening?.complete();
        if (this.phase === 'connecting') this.enter('unconnected');
      }),
      takeUntil(this.operations.closing$),
    );
  }

  /** Takes over a link that is open. */
  adopt(link: StreamLink): void {
    this.current = link;
    // Ends with `close`.
    this.reader.connect();
    this.enter('connected');
  }

  /** Returns the link. Throws `ENOTCONN` when there is none. */
  linkFor(call: Call): StreamLink {
    if (this.current) return this.current;
    throw call.error('ENOTCONN', 'the socket is not connected; call connect first');
  }

  /** Cold. Waits while the link is being opened, and emits it. Errors with the reason why it has not opened, or `ENOTCONN`. */
  whenOpen(call: Call): Observable<StreamLink> {
    const link$ = defer(() => {
      this.operations.background.throwFailure();
      return of(this.linkFor(call));
    });
    return defer(() => concat(this.opening ?? EMPTY, link$));
  }

  /** Runs an operation on the link, now if it is open. Throws or errors as {@link whenOpen} does. */
  withLink<T>(call: Call, operation: (link: StreamLink) => Observable<T>): Observable<T> {
    if (this.isOpening) return this.whenOpen(call).pipe(switchMap(operation));
    this.operations.background.throwFailure();
    return operation(this.linkFor(call));
  }

  /**
   * Notes that a call has reported an error. As on BSD, the peer's reset is reported once, and reads find the end of
   * the stream after that. Any other failure is reported each time, because bytes of the peer are missing.
   */
  noteFailure(error: unknown): void {
    if (!isReset(error)) return;
    this.wasReset = true;
    const { failure, length } = this.reader;
    // A read that asked for more bytes than there were has left them. The failure comes after them.
    if (length === 0 && isReset(failure)) this.reader.clearFailure();
  }

  /** Ends every read with `EBADF`. */
  endReads(): void {
    this.enter('closed');
    this.reader.close(closedError('recv'));
  }

  /**
   * Sends what the send buffer holds, and closes the link. If the program has chosen a reset, it drops the send buffer
   * and resets the connection instead.
   */
  close(): Observable<never> {
    const link = this.current;
    if (!link) return EMPTY;
    if (!this.settings.resets) return merge(this.sender.flush(link), link.close());
    this.sender.drop();
    return link.close({ reset: true });
  }

  private overflow(receiveBufferSize: number): OSError {
    const reason =
      `${this.peer} sends faster than the program reads, and the interface cannot hold it back; ` +
      `more than ${receiveBufferSize} bytes wait. Read sooner, or raise receiveBuffer`;
    return callError('recv', 'ENOBUFS', reason);
  }
}

function isReset(error: unknown): boolean {
  return error instanceof OSError && error.code === 'ECONNRESET';
}

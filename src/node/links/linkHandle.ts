import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import {
  asapScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  noop,
  type Observable,
  observeOn,
  ReplaySubject,
  type SchedulerLike,
  takeUntil,
  throwError,
} from 'rxjs';

import { SO_LINGER, SOL_SOCKET } from '../../usocket/contract/constants';
import type { Endpoint, StreamLink } from '../../usocket/contract/nic';
import { callError } from '../../usocket/contract/osError';
import { SocketStreams } from '../../usocket/stream/socketStreams';
import { LinkReader } from './linkReader';
import { LinkSettings } from './linkSettings';
import type { LinkShare, YieldingLink } from './linkShare';
import { LinkWriter } from './linkWriter';
import {
  type AddressToFill,
  type ConnectRequest,
  fillAddress,
  type NativeStream,
  nativeStream,
  type StreamCalls,
  type StreamRequest,
} from '../native/nativeStream';
import { inNextTurn } from '../native/nodeTime';
import { OneLink } from './oneLink';
import { isInterfaceClosed, numberOf, systemCallError, systemCode } from '../native/systemErrors';

/** How many bytes a socket keeps that the interface could not hold back, beside those that the program has asked for. */
const pushedBuffer = 262_144;

/** How long a peer that may have to answer may be silent while another connection waits for the link, in milliseconds. */
const answerGrace = 2_000;

/** A `struct linger` of 0 seconds. */
const noLinger = Buffer.from(new Int32Array([1, 0]).buffer);

/** What can be destroyed: a socket, or a stream over one. */
export interface Destroyable {
  destroy(): unknown;
}

/** How a {@link LinkHandle} uses its connection. */
export interface LinkHandleOptions {
  /** What the connections of the interface share. */
  readonly share: LinkShare;
  /** How many bytes the program wants to have ready. */
  readonly readableHighWaterMark: number;
  /** How long the peer may be silent after this end has been ended, in milliseconds. */
  readonly halfCloseTimeout: number;
  /** Its own address, if the link does not tell it. */
  readonly local?: Endpoint;
  readonly scheduler: SchedulerLike;
}

/**
 * The handle of a `net.Socket` whose connection is a link of an interface: does with a socket of this package what Node.js
 * asks of a connection of the operating system.
 */
export class LinkHandle implements StreamCalls, YieldingLink {
  /** What Node.js gets as the handle. */
  readonly stream: NativeStream = nativeStream(this);
  readonly settings: LinkSettings;
  /** The `net.Socket` that has this handle. */
  owner: Socket | undefined;
  /** The reason for the last error number that Node.js was given. */
  failure: unknown;
  /** What is destroyed when the connection is idle and another one needs its link. Without it, it is never given up. */
  yieldsAs: Destroyable | undefined;

  private readonly nic: OneLink;
  private readonly socket: SocketStreams;
  private readonly reader: LinkReader;
  private readonly writer: LinkWriter;
  private readonly closing = new ReplaySubject<void>(1);
  /** What the program is told later, it is told in the context in which it has connected. */
  private readonly context = new AsyncResource('RxUsocketLink');
  private isReferenced = true;
  private rest: readonly Uint8Array[] = [];
  /** In milliseconds of the scheduler. */
  private lastWritten = 0;
  private isShutDown = false;
  private isClosed = false;

  /** @param open Opens the link. */
  constructor(
    open: (remote: Endpoint) => Observable<StreamLink>,
    private readonly options: LinkHandleOptions,
  ) {
    const { share, readableHighWaterMark, scheduler } = options;
    const { stream } = this;
    const nic = new OneLink(share.nic, { open, spare: pushedBuffer });
    const receiveBuffer = Math.max(1, readableHighWaterMark) + pushedBuffer;
    const socket = new SocketStreams(nic, { receiveBuffer, scheduler });
    const closing$ = this.closing.asObservable();
    this.nic = nic;
    this.socket = socket;
    this.settings = new LinkSettings(share.nic, (setting, reason) => share.tellOnce(setting, reason));
    const reader = new LinkReader({ socket, stream, closing$, scheduler, failed: (error) => this.fail('read', error) });
    this.reader = reader;
    this.writer = new LinkWriter({
      socket,
      stream,
      reader,
      closing$,
      scheduler,
      sent: () => nic.sent,
      statusOf: (error) => this.statusOf(error),
      failed: (error) => {
        // The end of the peer is on the way then.
        if (systemCode(error).code !== 'EPIPE') this.fail('write', error);
      },
      ended: () => this.halfClose(),
    });
  }

  get writeQueueSize(): number {
    return this.writer.queueSize;
  }

  connect(request: ConnectRequest, address: string, port?: number): number {
    // A path. Only the operating system connects to one.
    if (port === undefined) return numberOf('EAFNOSUPPORT');
    const finish = (status: number) => {
      this.context.runInAsyncScope(() => request.oncomplete?.(status, this.stream, request, true, true));
    };
    const connecting$ = port === 0 ? throwError(nobody) : this.socket.connect$([address, port]);
    // Node.js expects the outcome after this call has returned.
    connecting$.pipe(observeOn(asapScheduler), takeUntil(this.closing)).subscribe({
      next: () => {
        this.opened();
        finish(0);
      },
      error: (error: unknown) => finish(this.statusOf(error)),
    });
    return 0;
  }

  connect6(request: ConnectRequest, address: string, port: number): number {
    return this.connect(request, address, port);
  }

  /** Takes over a link that is open. */
  accept(): void {
    // The link knows its peer, so this address is not used.
    this.socket.connect$(['0.0.0.0', 1]).subscribe();
    this.opened();
  }

  /** The interface chooses the local address and port. */
  bind(address: string, port: number): number {
    return port === 0 && address === '0.0.0.0' ? 0 : numberOf('EADDRNOTAVAIL');
  }

  bind6(address: string, port: number): number {
    return port === 0 && address === '::' ? 0 : numberOf('EADDRNOTAVAIL');
  }

  onreadstart(): number {
    this.reader.start();
    return 0;
  }

  onreadstop(): number {
    this.reader.stop();
    return 0;
  }

  onwrite(request: StreamRequest, pieces: readonly Buffer[]): number {
    this.lastWritten = this.options.scheduler.now();
    this.reader.ask();
    this.writer.write(request, pieces);
    return 0;
  }

  onshutdown(request: StreamRequest): number {
    this.writer.end(request);
    return 0;
  }

  isClosing(): boolean {
    return this.isClosed;
  }

  /** Takes bytes that are to be sent before the connection is closed. Node.js has not handed them over yet. */
  take(rest: readonly Uint8Array[]): void {
    this.rest = rest;
  }

  /** As with the operating system, the rest of the end goes on without the program. */
  close(closed?: () => void): void {
    this.release(this.writer.sendRest(this.rest), closed);
  }

  reset(closed: () => void): number {
    const resetting$ = defer(() => {
      this.writer.abandon();
      return this.socket.setsockopt$(SOL_SOCKET, SO_LINGER, noLinger);
    }).pipe(
      catchError((error: unknown) => {
        this.options.share.tellOnce('resetAndDestroy', error);
        return EMPTY;
      }),
    );
    this.release(resetting$, closed);
    return 0;
  }

  setNoDelay(enable: boolean): number {
    this.settings.setNoDelay(enable);
    return 0;
  }

  setKeepAlive(enable: boolean, seconds: number): number {
    this.settings.setKeepAlive(enable, seconds);
    return 0;
  }

  ref(): void {
    this.isReferenced = true;
    this.nic.link?.ref?.(true);
  }

  unref(): void {
    this.isReferenced = false;
    this.nic.link?.ref?.(false);
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  getpeername(out: AddressToFill): number {
    const remote = this.nic.link?.remote;
    if (!remote) return numberOf('ENOTCONN');
    fillAddress(out, remote);
    return 0;
  }

  getsockname(out: AddressToFill): number {
    fillAddress(out, this.nic.link?.local ?? this.options.local ?? { address: '0.0.0.0', port: 0 });
    return 0;
  }

  get yieldsFrom(): number | undefined {
    const { owesAnswer, lastHeard, isReading, hasEnded } = this.reader;
    if (this.isIdle) return Math.max(lastHeard, this.lastWritten) + (owesAnswer ? answerGrace : 0);
    const isWaiting = this.isShutDown && isReading && !hasEnded;
    return isWaiting ? lastHeard + answerGrace : undefined;
  }

  yieldLink(): void {
    if (this.isIdle) this.yieldsAs?.destroy();
    else this.endForPeer();
  }

  /** Whether it is kept open only for a later use. Clients with such connections do not let them keep the process running. */
  private get isIdle(): boolean {
    return this.yieldsAs !== undefined && !this.isReferenced;
  }

  private opened(): void {
    const { link } = this.nic;
    // The peer may have been quicker than the microtask.
    if (!link || this.isClosed) return;
    this.options.share.add(this);
    this.settings.opened(link);
    this.reader.opened();
    if (!this.isReferenced) link.ref?.(false);
  }

  /**
   * A modem cannot end one direction alone. So this end only stops sending, and the peer gets time to answer, because a
   * program that has ended its request wants the answer.
   */
  private halfClose(): void {
    if (this.reader.hasEnded) return;
    this.isShutDown = true;
    this.reader.touch();
    this.reader.whenSilent(this.options.halfCloseTimeout).subscribe({ next: () => this.endForPeer(), error: noop });
  }

  /** Ends the connection as if the peer had ended it. */
  private endForPeer(): void {
    this.reader.end();
    this.release(EMPTY);
  }

  private release(before$: Observable<unknown>, closed?: () => void): void {
    if (!this.isClosed) {
      const { share } = this.options;
      this.isClosed = true;
      share.remove(this);
      // A write of just now comes first. See LinkWriter.write.
      asapScheduler.schedule(() => {
        this.closing.next();
        concat(before$, this.socket.close$()).subscribe({ complete: () => share.linkFreed(), error: noop });
      });
    }
    inNextTurn(() => {
      this.writer.cancel();
      closed?.();
    });
  }

  private fail(syscall: 'read' | 'write', error: unknown): void {
    this.failure = error;
    this.owner?.destroy(isInterfaceClosed(error) ? undefined : systemCallError(syscall, error));
  }

  private statusOf(error: unknown): number {
    this.failure = error;
    return systemCode(error).errno;
  }
}

/** The operating system answers the same. */
function nobody() {
  return callError('connect', 'ECONNREFUSED', 'nobody can listen on port 0');
}

import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:dgram';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  map,
  noop,
  type Observable,
  of,
  ReplaySubject,
  retry,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';

import { ProgramTime } from '../../system/programTime';
import type { Datagram, DatagramLink, Endpoint, Nic } from '../../usocket/contract/nic';
import type { Traceable } from '../../usocket/contract/socketTrace';
import { addressOf } from '../../usocket/calls/address';
import { callError } from '../../usocket/contract/osError';
import { DatagramTrace } from './datagramTrace';
import type { LinkShare } from '../links/linkShare';
import type { AddressCallback, DatagramCalls, SendRequest } from '../native/nativeDatagram';
import { type AddressToFill, fillAddress } from '../native/nativeStream';
import { mostQueued, SendQueue } from './sendQueue';
import { isInterfaceClosed, numberOf, systemCode } from '../native/systemErrors';

/** How a {@link DatagramHandle} uses its interface. */
export interface DatagramHandleOptions {
  readonly nic: Nic;
  readonly share: LinkShare;
  /** The most milliseconds to wait for a free link. */
  readonly linkTimeout: number;
  /** Whether other sockets may have the same port. */
  readonly reuseAddress: boolean;
  /** Looks a name up. */
  readonly lookup: (host: string, callback: AddressCallback) => void;
  readonly owner: Socket;
}

/** Milliseconds between two attempts to open a port again that the modem has lost. */
const nextAttempt = 1_000;

/**
 * The handle of a `dgram.Socket` whose port is a link of an interface: does with the interface what Node.js asks of a socket
 * of the operating system. A port that is lost, as by a restart of the modem, is opened again, because no program expects
 * that of a port.
 */
export class DatagramHandle implements DatagramCalls, Traceable {
  onmessage: DatagramCalls['onmessage'];

  private readonly closing = new ReplaySubject<void>(1);
  /** Emits when the port is open, or cannot be opened. */
  private readonly tried = new ReplaySubject<void>(1);
  private readonly time = new ProgramTime();
  private readonly trace: DatagramTrace;
  private readonly sending: SendQueue;
  private readonly context = new AsyncResource('RxUsocketDatagrams');
  private link: DatagramLink | undefined;
  private failure: Error | undefined;
  /** Tells the others that the port is closed. */
  private release: (() => void) | undefined;
  private local: Endpoint = { address: '0.0.0.0', port: 0 };
  private peer: Endpoint | undefined;
  private mayBroadcast = false;
  private isReferenced = true;

  constructor(private readonly options: DatagramHandleOptions) {
    const { nic } = options;
    this.trace = new DatagramTrace(nic, this);
    const { trace } = this;
    this.sending = new SendQueue({ nic, trace, port$: this.port$(), mayBroadcast: () => this.mayBroadcast });
  }

  /** For those who watch. */
  get details(): Traceable['details'] {
    const { link, failure } = this;
    const stage = link ? 'open' : failure ? 'failed' : 'unbound';
    // What has come is handed over at once.
    return { kind: 'datagram', stage, ...(link?.id !== undefined && { link: link.id }), queued: 0 };
  }

  /** Opens the port, and calls back when it is open or cannot be opened. It has to be called once, before Node.js binds. */
  open(local: Endpoint, done: (error: unknown) => void): void {
    this.local = local;
    let isOpen = false;
    const call = this.context.runInAsyncScope.bind(this.context, done, null);
    defer(() => this.opening())
      .pipe(
        switchMap(() => {
          if (!isOpen) {
            isOpen = true;
            this.tried.next();
            call(undefined);
          }
          return (this.link?.datagrams$ ?? EMPTY).pipe(tap((datagram) => this.received(datagram)));
        }),
        retry({
          delay: (error: unknown) => {
            this.link = undefined;
            this.failure = error instanceof Error ? error : undefined;
            if (!isOpen || isInterfaceClosed(error)) return throwError(() => error);
            return timer(nextAttempt, this.time);
          },
        }),
        takeUntil(this.closing),
      )
      .subscribe({
        error: (error: unknown) => {
          this.tried.next();
          if (isOpen) this.options.owner.close();
          else call(error);
        },
      });
  }

  lookup(address: string | undefined, callback: AddressCallback): void {
    this.options.lookup(address ?? '127.0.0.1', callback);
  }

  /** `open` has done it. Only `bindSync` comes without that, and does not wait. */
  bind(address: string, port: number): number {
    if (!this.link) this.open({ address, port }, noop);
    return 0;
  }

  connect(address: string, port: number): number {
    this.peer = { address, port };
    this.trace.tell('connect', addressOf(this.peer));
    return 0;
  }

  disconnect(): number {
    this.peer = undefined;
    return 0;
  }

  send(request: SendRequest, pieces: readonly Uint8Array[], _count: number, ...to: readonly unknown[]): number {
    const remote = to.length > 1 ? { port: Number(to[0]), address: String(to[1]) } : this.peer;
    if (!remote) return numberOf('EDESTADDRREQ');
    // A copy, because the program may use its own again.
    const bytes = Buffer.concat(
      pieces.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    );
    return this.sending.send(request, bytes, remote);
  }

  recvStart(): number {
    return 0;
  }

  recvStop(): number {
    return 0;
  }

  /** What has been handed over is still sent. */
  close(): void {
    const { link, trace } = this;
    this.closing.next();
    this.tried.next();
    this.release?.();
    const closing$ = link ? concat(this.sending.drained$, link.close()) : EMPTY;
    trace.remove();
    trace.follow('close', undefined, concat(closing$.pipe(ignoreElements()), of(undefined))).subscribe({
      complete: () => {
        if (!link) return;
        this.link = undefined;
        this.options.share.linkFreed();
      },
      error: noop,
    });
  }

  ref(): void {
    this.refer(true);
  }

  unref(): void {
    this.refer(false);
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  getsockname(out: AddressToFill): number {
    fillAddress(out, this.link?.local ?? this.local);
    return 0;
  }

  getpeername(out: AddressToFill): number {
    if (!this.peer) return numberOf('ENOTCONN');
    fillAddress(out, this.peer);
    return 0;
  }

  setBroadcast(isOn: number): number {
    this.mayBroadcast = isOn !== 0;
    this.link?.allowBroadcast(this.mayBroadcast).subscribe({ error: noop });
    return 0;
  }

  setTTL(): number {
    return this.changesNothing('setTTL');
  }

  setMulticastTTL(): number {
    return this.changesNothing('setMulticastTTL');
  }

  setMulticastLoopback(): number {
    return this.changesNothing('setMulticastLoopback');
  }

  setMulticastInterface(): number {
    return this.changesNothing('setMulticastInterface');
  }

  addMembership(group: string): number {
    return this.join(group, true);
  }

  dropMembership(group: string): number {
    return this.join(group, false);
  }

  addSourceSpecificMembership(): number {
    return numberOf('ENOPROTOOPT');
  }

  dropSourceSpecificMembership(): number {
    return numberOf('ENOPROTOOPT');
  }

  bufferSize(size: number): number {
    return size === 0 ? mostQueued : size;
  }

  getSendQueueSize(): number {
    return this.sending.size;
  }

  getSendQueueCount(): number {
    return this.sending.count;
  }

  /** Cold. Emits the port once when it is open. */
  private port$(): Observable<DatagramLink> {
    return this.tried.pipe(
      take(1),
      map(() => {
        if (this.link) return this.link;
        throw this.failure ?? callError('send', 'EBADF', 'the socket has been closed');
      }),
    );
  }

  private opening(): Observable<void> {
    const { nic, share, linkTimeout, reuseAddress } = this.options;
    const { address, port } = this.local;
    const opening$ = nic.openDatagram(this.local, { reuseAddress });
    const opened$ = share.open(opening$, { what: `bind ${address}:${port}`, linkTimeout });
    const bound$ = opened$.pipe(map((link) => this.opened(link)));
    return this.trace.follow('bind', addressOf(this.local), bound$);
  }

  private opened(link: DatagramLink): void {
    this.link = link;
    this.release ??= this.options.share.hold();
    this.failure = undefined;
    // A port that is opened again is the same one.
    this.local = link.local;
    if (this.mayBroadcast) link.allowBroadcast(true).subscribe({ error: noop });
    if (!this.isReferenced) link.ref?.(false);
  }

  private received({ data, remote }: Datagram): void {
    const { peer } = this;
    if (peer && (remote.address !== peer.address || remote.port !== peer.port)) return;
    this.trace.tell('recvfrom', undefined, [data, addressOf(remote)]);
    const from: AddressToFill = {};
    fillAddress(from, remote);
    this.context.runInAsyncScope(() => this.onmessage?.(data.length, this, data, from));
  }

  private changesNothing(what: string): number {
    this.options.share.tellOnce(what, `the interface ${this.options.nic.name} cannot do it`);
    return 0;
  }

  private join(group: string, isMember: boolean): number {
    let status = this.link ? 0 : numberOf('EINVAL');
    this.link
      ?.join(group, isMember)
      .pipe(
        catchError((error: unknown) => {
          status = systemCode(error).errno;
          this.options.share.tellOnce('addMembership', error);
          return EMPTY;
        }),
        ignoreElements(),
      )
      .subscribe();
    return status;
  }

  private refer(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
    this.link?.ref?.(isReferenced);
    if (isReferenced) this.time.ref();
    else this.time.unref();
  }
}

import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import {
  catchError,
  defer,
  finalize,
  map,
  noop,
  type Observable,
  of,
  ReplaySubject,
  switchMap,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';

import type { Endpoint, Listener, Nic } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { type AddressToFill, fillAddress, type NativeStream } from '../native/nativeStream';
import { shareOf } from './linkShare';
import { inNextTurn } from '../native/nodeTime';
import { acceptedHandle } from './openHandle';
import { isInterfaceClosed, systemCode } from '../native/systemErrors';

/** One of these ports is chosen. A modem uses those from 49152 on for its own connections (lwIP). */
const choosablePorts = [20_000, 32_768] as const;

/** What a {@link ListeningHandle} listens on, and how it accepts. */
export interface ListeningOptions {
  readonly nic: Nic;
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  readonly backlog?: number | undefined;
  readonly halfCloseTimeout?: number | undefined;
  /** How many bytes each connection wants to have ready, if the program has chosen that. */
  readonly readableHighWaterMark: number | undefined;
  /** Called when the interface listens no more. */
  readonly lost: () => void;
  /** Called when the server closes the port, so no client comes any more. */
  readonly closed: () => void;
}

/** The handle of a `net.Server` that listens on a port of an interface: what Node.js asks of it. */
export class ListeningHandle {
  /** Set by Node.js: makes a socket of the handle of a client. `status` is 0, or the number of an error. */
  onconnection: (status: number, client?: NativeStream) => void = noop;

  private readonly closing = new ReplaySubject<void>(1);
  private listener: Listener | undefined;
  private isReferenced = true;

  constructor(private readonly options: ListeningOptions) {}

  /** Cold. Begins to listen, and emits the address once. */
  open(): Observable<Endpoint> {
    const { nic, host } = this.options;
    const address$ = isIP(host) === 0 ? nic.resolve(host).pipe(map(([first = host]) => first)) : of(host);
    return address$.pipe(
      switchMap((address) => this.listenOn(address)),
      tap((listener) => (this.listener = listener)),
      map(({ local }) => local),
      takeUntil(this.closing),
    );
  }

  private listenOn(address: string): Observable<Listener> {
    const { nic, port, backlog } = this.options;
    const listen$ = (chosen: number) => nic.listen({ address, port: chosen }, backlog === undefined ? {} : { backlog });
    if (port !== 0) return listen$(port);
    return listen$(0).pipe(
      // A modem cannot choose a port.
      catchError((error: unknown) =>
        error instanceof OSError && error.code === 'EINVAL'
          ? defer(() => listen$(randomInt(...choosablePorts)))
          : throwError(() => error),
      ),
    );
  }

  /** Hands the clients over until the port is closed. The owner calls it as soon as it listens. */
  serve(): void {
    const { listener, options, closing } = this;
    if (!listener) return;
    if (!this.isReferenced) listener.ref?.(false);
    const release = shareOf(options.nic).hold();
    listener.connections$.pipe(takeUntil(closing), finalize(release)).subscribe({
      next: (link) => this.onconnection(0, acceptedHandle(link, { ...options, local: listener.local }).stream),
      error: (error: unknown) => {
        if (!isInterfaceClosed(error)) this.onconnection(systemCode(error).errno);
        options.lost();
      },
    });
  }

  /** Node.js calls it when the port is open already. */
  listen(): number {
    return 0;
  }

  close(closed?: () => void): void {
    this.closing.next();
    this.options.closed();
    this.listener?.close().subscribe();
    inNextTurn(() => closed?.());
  }

  ref(): void {
    this.isReferenced = true;
    this.listener?.ref?.(true);
  }

  unref(): void {
    this.isReferenced = false;
    this.listener?.ref?.(false);
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  getsockname(out: AddressToFill): number {
    const { host, port } = this.options;
    fillAddress(out, this.listener?.local ?? { address: host, port });
    return 0;
  }
}

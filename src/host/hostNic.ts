import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { Socket, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  EMPTY,
  Observable,
  asyncScheduler,
  catchError,
  defer,
  endWith,
  of,
  takeUntil,
  type SchedulerLike,
  type Subscriber,
  type TeardownLogic,
} from 'rxjs';

import { deadline, Inspectable, runOnce, type Shown } from '../streams';
import type {
  Certificates,
  DatagramLink,
  OpenDatagramOptions,
  Endpoint,
  Listener,
  ListenOptions,
  Nic,
  StreamLink,
  OpenStreamOptions,
} from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import { type Abortable, promiseOf } from '../usocket/contract/promiseOf';
import { certificatesOf } from './certificates';
import { hostAddress, hostConfig, type HostConfig } from './hostAddress';
import { openHostDatagram } from './hostDatagramLink';
import { hostError } from './hostError';
import { HostLink } from './hostLink';
import { listenOnHost } from './hostListener';
import { handshakeError, tlsSettings } from './hostTls';
import { OpenLinks } from './openLinks';

/** Milliseconds until an encrypted connection is there, as on a modem. */
const handshakeDeadline = 60_000;

/** The form of `node:dns`' `lookup` that is used here. */
export type Lookup = (
  host: string,
  options: { readonly all: true; readonly order: 'ipv4first' },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

export interface HostNicOptions {
  /**
   * How long closing a link waits for its last bytes to be sent and for the peer's EOF, in milliseconds; 1000 unless
   * told. After it the link is closed whatever the peer does.
   */
  readonly linger?: number;
  /** Looks host names up; the operating system's resolver unless told. */
  readonly lookup?: Lookup;
  /**
   * Certificates of the authorities that the peers of TLS connections are checked by, instead of Node's own: the text or
   * the bytes of a file, or a list of such. To have both, add `tls.rootCertificates` of `node:tls`.
   */
  readonly ca?: Certificates;
  /** Keeps the time of `linger`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * The operating system's own sockets as a network interface: for programs that run without a modem, and the reference
 * that the modem is held against.
 *
 *     const room$ = new BehaviorSubject(4096); // what the reader has room for, kept up by the reader
 *     new HostNic()
 *       .openStream({ address: '127.0.0.1', port: 80 })
 *       .pipe(mergeMap((link) => merge(link.receive(room$), link.send(request))))
 *
 * Errors are `OSError`s with the code that the operating system gave; one that has no number in the socket module's
 * table is `EIO`. The original is the `cause`.
 */
export class HostNic extends Inspectable implements Nic, AsyncDisposable {
  readonly name = 'host';
  /** What an IPv4 packet holds behind its headers. */
  readonly maxDatagram = 65_507;
  private readonly linger: number;
  private readonly lookup: Lookup;
  private readonly ca: readonly string[] | undefined;
  private readonly scheduler: SchedulerLike;
  private readonly links = new OpenLinks();
  private readonly closed$ = this.links.close().pipe(endWith(undefined), runOnce());

  /** Throws `EINVAL` when `ca` is no certificate. */
  constructor({ linger = 1000, lookup = dnsLookup, ca, scheduler = asyncScheduler }: HostNicOptions = {}) {
    super();
    this.linger = linger;
    this.lookup = lookup;
    this.ca = ca === undefined ? undefined : certificatesOf(ca, 'Host');
    this.scheduler = scheduler;
  }

  /**
   * Emits the numeric addresses of a host, IPv4 first, and completes; a numeric address is its own answer.
   *
   * Errors: `EAI_NONAME`, `EAI_AGAIN`, `EAI_FAIL`.
   */
  resolve(host: string): Observable<readonly string[]> {
    if (isIP(host) !== 0) return of([host]);
    return this.whileOpen<readonly string[]>((subscriber) => {
      const call = `look up ${JSON.stringify(host)}`;
      // A look-up cannot be called back: after unsubscribing, its answer finds the subscriber closed.
      this.lookup(host, { all: true, order: 'ipv4first' }, (error, found) => {
        if (error !== null) subscriber.error(hostError(call, 'getaddrinfo', error));
        else if (found.length === 0)
          subscriber.error(new OSError('EAI_NONAME', 'getaddrinfo', `${call}: the name has no address`));
        else {
          subscriber.next(found.map(({ address }) => address));
          subscriber.complete();
        }
      });
    });
  }

  /**
   * Opens a TCP connection when subscribed to, emits its link and completes; unsubscribing before that destroys it. With
   * `tls` it is encrypted first, over `node:tls`; the peer's certificate is checked unless `verify` is false.
   *
   * Errors: `EINVAL` for an address that is not numeric, or a port outside 0–65535; what the operating system says.
   */
  openStream(remote: Endpoint, { keepAlive = 0, noDelay = true, tls }: OpenStreamOptions = {}): Observable<StreamLink> {
    const { address, port } = remote;
    const call = `connect to ${address}:${port}`;
    const attempt$ = this.whileOpen<StreamLink>((subscriber) => {
      checkEndpoint(remote, 'connect', call);
      // Half open as the operating system has it: Node would answer the peer's EOF with our own.
      const options = { host: address, port, noDelay, allowHalfOpen: true };
      const secure = tls && connectTls({ ...options, ...tlsSettings(remote, tls, this.ca) });
      const socket = secure ?? new Socket({ allowHalfOpen: true }).connect(options);
      let ours = true;
      let failure = (cause: Error): OSError => hostError(call, 'connect', cause);
      socket.once('error', (cause: Error) => subscriber.error(failure(cause)));
      if (secure) socket.once('connect', () => (failure = (cause) => handshakeError(call, secure, cause)));
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        ours = false;
        if (keepAlive > 0) socket.setKeepAlive(true, keepAlive * 1000);
        subscriber.next(this.link(remote, socket));
        subscriber.complete();
      });
      return () => {
        if (ours) socket.destroy();
      };
    });
    // The operating system ends an attempt to connect, and nobody a handshake with a peer that says nothing.
    return attempt$.pipe(
      deadline(tls ? handshakeDeadline : null, {
        scheduler: this.scheduler,
        expired: () =>
          new OSError(
            'ETIMEDOUT',
            'connect',
            `${call}: no TLS handshake within ${handshakeDeadline / 1000} s; does it speak TLS?`,
          ),
      }),
    );
  }

  /** The operating system takes all of them. */
  checkSettings(): Observable<never> {
    return EMPTY;
  }

  /**
   * Opens a port for datagrams when subscribed to. A port of 0 is any free one: the link's `local` tells which.
   *
   * Errors: `EINVAL` for an address that is not numeric, and what the operating system says.
   */
  openDatagram(local: Endpoint, options: OpenDatagramOptions = {}): Observable<DatagramLink> {
    return defer(() => {
      checkEndpoint(local, 'bind', `bind ${local.address}:${local.port}`);
      return openHostDatagram(local, options, this.links);
    }).pipe(takeUntil(this.links.lost$));
  }

  /**
   * Listens when subscribed to. A port of 0 is any free one: the listener's `local` tells which.
   *
   * Errors: `EINVAL` for an address that is not numeric, or a port outside 0–65535; what the operating system says.
   */
  listen(local: Endpoint, options: ListenOptions = {}): Observable<Listener> {
    return defer(() => {
      checkEndpoint(local, 'listen', `listen on ${local.address}:${local.port}`);
      return listenOnHost(
        local,
        options,
        (socket) => this.link({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }, socket),
        this.links,
      );
    }).pipe(takeUntil(this.links.lost$));
  }

  /** Emits once the interface is closed; replays that. */
  get ended$(): Observable<void> {
    return this.links.lost$.pipe(catchError(() => of(undefined)));
  }

  /** Whether the interface is open, and the machine has an IPv4 address, be it only its loopback. */
  isconnected(): boolean {
    return !this.links.isLost && hostAddress() !== undefined;
  }

  /**
   * Emits the machine's addresses and completes: of its interfaces the first that others can reach. They are set where the
   * machine's are, not here.
   *
   * Errors: `EBADF` when the interface is closed.
   */
  ifconfig$(): Observable<HostConfig> {
    return defer(() => of(hostConfig())).pipe(takeUntil(this.links.lost$));
  }

  /** Resolves to the machine's addresses, as {@link ifconfig$} does. */
  ifconfig(options?: Abortable): Promise<HostConfig> {
    return promiseOf(this.ifconfig$(), options);
  }

  /**
   * Ends all connections and ports of this interface, and emits when they are gone. What is under way, and all that comes
   * later, fails with `EBADF`. Closing twice is no error.
   */
  close$(): Observable<void> {
    return this.closed$;
  }

  /** As {@link close$}: closing goes on when it is given up. */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.closed$, options);
  }

  /** `await using nic = network.Host()` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `<host state=open address=192.168.1.5 links=2>` */
  protected override shown(): readonly [string, Shown] {
    const state = this.links.isLost ? 'closed' : 'open';
    return [this.name, { state, address: hostAddress()?.address, links: this.links.size }];
  }

  private link(remote: Endpoint, socket: Socket): HostLink {
    const { linger, scheduler, links } = this;
    return links.add(new HostLink(remote, socket, { linger, scheduler, links }), socket);
  }

  /** Cold: errors with `EBADF` when the interface is closed, before or meanwhile. */
  private whileOpen<T>(subscribe: (subscriber: Subscriber<T>) => TeardownLogic): Observable<T> {
    return new Observable(subscribe).pipe(takeUntil(this.links.lost$));
  }
}

function checkEndpoint({ address, port }: Endpoint, syscall: string, call: string): void {
  if (isIP(address) === 0)
    throw new OSError('EINVAL', syscall, `${call}: not a numeric address; look it up with getaddrinfo first`);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new OSError('EINVAL', syscall, `${call}: a port is a whole number from 0 to 65535`);
}

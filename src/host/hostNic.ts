import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type Socket } from 'node:net';
import { asyncScheduler, catchError, defer, EMPTY, endWith, Observable, of, type SchedulerLike, takeUntil } from 'rxjs';

import { Inspectable, runOnce, type Shown } from '../streams';
import { systemError } from '../system/systemError';
import { atCaller } from '../usocket/contract/callerStack';
import type { InterfaceConfig } from '../usocket/contract/interfaceConfig';
import type {
  Certificates,
  DatagramLink,
  Endpoint,
  Listener,
  ListenOptions,
  Nic,
  OpenDatagramOptions,
  OpenStreamOptions,
  StreamLink,
} from '../usocket/contract/nic';
import { OSError } from '../usocket/contract/osError';
import { type Abortable, promiseOf } from '../usocket/contract/promiseOf';
import { SocketTrace } from '../usocket/contract/socketTrace';
import { certificatesOf } from './certificates';
import { hostAddress, hostConfig } from './hostAddress';
import { HostLink } from './hostLink';
import { listenOnHost } from './listenOnHost';
import { openHostDatagram } from './openHostDatagram';
import { openHostStream } from './openHostStream';
import { OpenLinks } from './openLinks';

/** The options that a {@link Lookup} is called with: for all addresses of a name, IPv4 first. */
export interface LookupQuery {
  /** Asks for all addresses, not just one. */
  readonly all: true;
  /** Asks for IPv4 addresses before IPv6 addresses. */
  readonly order: 'ipv4first';
}

/**
 * Looks a host name up and calls back with its addresses, or with an error that has a `code` of Node.js. `lookup` of
 * `node:dns` has this form.
 */
export type Lookup = (
  host: string,
  options: LookupQuery,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * How the operating system's sockets are used: how names are looked up, which authorities TLS trusts, and how long
 * closing may take.
 */
export interface HostNicOptions {
  /**
   * How long closing a connection waits until the last bytes have been sent and the peer has ended its side, in
   * milliseconds. After that the connection is closed in any case. Default: 1000.
   */
  readonly linger?: number;
  /** Looks host names up. Default: the resolver of the operating system (`lookup` of `node:dns`). */
  readonly lookup?: Lookup;
  /**
   * Certificates of the authorities that TLS connections are checked by, instead of those of Node.js: the text or the
   * bytes of a file, or a list of these. To have both, add `tls.rootCertificates` of `node:tls`.
   */
  readonly ca?: Certificates;
  /** The scheduler of `linger` and of TLS handshakes. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * The operating system's own sockets as a network interface. Programs use it to run without a modem; the specs use it as
 * the reference for the modem.
 *
 *     const room$ = new BehaviorSubject(4096); // how many bytes the reader has room for
 *     new HostNic()
 *       .openStream({ address: '127.0.0.1', port: 80 })
 *       .pipe(mergeMap((link) => merge(link.receive(room$), link.send(request))))
 *
 * Errors are `OSError`s with the code of the operating system. A code that the socket module does not have becomes `EIO`.
 * The original error is the `cause`.
 */
export class HostNic extends Inspectable implements Nic, AsyncDisposable {
  /** Tells this interface from a modem (`'esp8285'`) in messages and in inspection. */
  readonly name = 'host';
  /** Most bytes of one datagram: an IPv4 packet of 65 535 bytes without its headers. */
  readonly maxDatagram = 65_507;
  /** The calls of the sockets of this interface, for those who watch. */
  readonly sockets: SocketTrace;
  private readonly linger: number;
  private readonly lookup: Lookup;
  private readonly trusted: readonly string[] | undefined;
  private readonly scheduler: SchedulerLike;
  private readonly links = new OpenLinks();
  private readonly closed$ = this.links.close().pipe(endWith(undefined), runOnce());

  /** Throws `EINVAL` when `ca` is not a certificate. */
  constructor({ linger = 1000, lookup = dnsLookup, ca, scheduler = asyncScheduler }: HostNicOptions = {}) {
    super();
    this.linger = linger;
    this.lookup = lookup;
    this.trusted = ca === undefined ? undefined : atCaller(() => certificatesOf(ca, 'Host'));
    this.scheduler = scheduler;
    this.sockets = new SocketTrace(scheduler);
  }

  /**
   * Cold. Looks a host name up, emits its numeric addresses, IPv4 first, and completes. A numeric address is emitted
   * unchanged.
   *
   * Errors: `EAI_NONAME` when there is no such name, `EAI_AGAIN` when no name server could be asked, `EAI_FAIL` for any
   * other failure.
   */
  resolve(host: string): Observable<readonly string[]> {
    if (isIP(host) !== 0) return of([host]);
    const found$ = new Observable<readonly string[]>((subscriber) => {
      const call = `look up ${JSON.stringify(host)}`;
      // A look-up cannot be cancelled: after unsubscribing, its answer finds the subscriber closed.
      this.lookup(host, { all: true, order: 'ipv4first' }, (error, found) => {
        if (error !== null) subscriber.error(systemError(call, 'getaddrinfo', error));
        else if (found.length === 0)
          subscriber.error(new OSError('EAI_NONAME', 'getaddrinfo', `${call}: the name has no address`));
        else {
          subscriber.next(found.map(({ address }) => address));
          subscriber.complete();
        }
      });
    });
    return found$.pipe(this.whileOpen);
  }

  /**
   * Cold. Opens a TCP connection, emits its link and completes. Unsubscribing before that cancels the attempt. With
   * `tls` the connection is encrypted by `node:tls`, and the peer's certificate is checked unless `verify` is false.
   *
   * Errors: `EINVAL` for an address that is not numeric or a port outside 0–65535; `EACCES` when the peer's certificate
   * is not accepted, `EPROTO` and `ETIMEDOUT` when the TLS handshake fails; and those of the operating system.
   */
  openStream(remote: Endpoint, options: OpenStreamOptions = {}): Observable<StreamLink> {
    const { trusted, scheduler, adopt } = this;
    return defer(() => {
      checkEndpoint(remote, 'connect', `connect to ${remote.address}:${remote.port}`);
      return openHostStream(remote, options, { trusted, scheduler, adopt });
    }).pipe(this.whileOpen);
  }

  /** Cold. Completes: the operating system takes all settings of a connection. */
  checkSettings(): Observable<never> {
    return EMPTY;
  }

  /**
   * Cold. Binds a UDP port, emits its link and completes. Port 0 is any free port, which the `local` of the link shows.
   *
   * Errors: `EINVAL` for an address that is not numeric or a port outside 0–65535; what the operating system reports.
   */
  openDatagram(local: Endpoint, options: OpenDatagramOptions = {}): Observable<DatagramLink> {
    return defer(() => {
      checkEndpoint(local, 'bind', `bind ${local.address}:${local.port}`);
      return openHostDatagram(local, options, this.links);
    }).pipe(this.whileOpen);
  }

  /**
   * Cold. Listens on a TCP port, emits the listener and completes. Port 0 is any free port, which the `local` of the
   * listener shows.
   *
   * Errors: `EINVAL` for an address that is not numeric or a port outside 0–65535; what the operating system reports.
   */
  listen(local: Endpoint, options: ListenOptions = {}): Observable<Listener> {
    return defer(() => {
      checkEndpoint(local, 'listen', `listen on ${local.address}:${local.port}`);
      return listenOnHost(local, options, this.adopt, this.links);
    }).pipe(this.whileOpen);
  }

  /** Emits and completes once the interface is closed, also for late subscribers. */
  get ended$(): Observable<void> {
    return this.links.closed$.pipe(catchError(() => of(undefined)));
  }

  /** Whether the interface is open and the machine has an IPv4 address. A loopback address is enough. */
  isconnected(): boolean {
    return !this.links.isClosed && hostAddress() !== undefined;
  }

  /**
   * Cold. Emits the machine's addresses and completes: those of the first interface that other machines can reach. They
   * cannot be set here. See {@link InterfaceConfig}.
   *
   * Errors: `EBADF` when this interface is closed.
   */
  ifconfig$(): Observable<InterfaceConfig> {
    return defer(() => of(hostConfig())).pipe(this.whileOpen);
  }

  /**
   * Resolves to the machine's addresses: those of the first interface that other machines can reach. They cannot be set
   * here. See {@link InterfaceConfig}. Rejects with `EBADF` when this interface is closed.
   */
  ifconfig(options?: Abortable): Promise<InterfaceConfig> {
    return promiseOf(this.ifconfig$(), options);
  }

  /**
   * Cold. Closes all connections and ports of this interface, emits when they are closed, and completes. Operations under
   * way and all later ones fail with `EBADF`. Closing twice is not an error.
   */
  close$(): Observable<void> {
    return this.closed$;
  }

  /**
   * Closes all connections and ports of this interface, and resolves when they are closed. Operations under way and all
   * later ones fail with `EBADF`. Closing twice is not an error. Aborting does not stop the closing.
   */
  close(options?: Abortable): Promise<void> {
    return promiseOf(this.closed$, options);
  }

  /** Closes the interface at the end of a block: `await using nic = network.Host()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `<host state=open address=192.168.1.5 links=2>` */
  protected override shown(): readonly [string, Shown] {
    const state = this.links.isClosed ? 'closed' : 'open';
    return [this.name, { state, address: hostAddress()?.address, links: this.links.size }];
  }

  /** Makes the link of a connection, and closes it with the interface. */
  private readonly adopt = (remote: Endpoint, socket: Socket): HostLink => {
    const { linger, scheduler, links } = this;
    return links.add(new HostLink(remote, socket, { linger, scheduler, links }), socket);
  };

  /** Errors with `EBADF` when the interface is closed, before or meanwhile. */
  private readonly whileOpen = <T>(operation$: Observable<T>): Observable<T> =>
    operation$.pipe(takeUntil(this.links.closed$));
}

function checkEndpoint({ address, port }: Endpoint, syscall: string, call: string): void {
  if (isIP(address) === 0)
    throw new OSError('EINVAL', syscall, `${call}: not a numeric address; look it up with getaddrinfo first`);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new OSError('EINVAL', syscall, `${call}: a port is a whole number from 0 to 65535`);
}

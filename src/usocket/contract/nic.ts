import type { Observable } from 'rxjs';

/** One end of a connection. */
export interface Endpoint {
  /** A numeric address as text, `'192.168.1.9'`. */
  readonly address: string;
  /** 0–65535. */
  readonly port: number;
}

/** What can be set on a connection. */
export interface StreamSettings {
  /** Idle time after which the stack probes the peer, in seconds; 0, the default, never. */
  readonly keepAlive?: number;
  /** Small sends leave at once; otherwise the stack may gather them while an acknowledgement is due (Nagle). */
  readonly noDelay?: boolean;
  /** Whether it may be closed with a reset. Of no effect before; said in order to hear whether the interface can. */
  readonly resets?: boolean;
}

/** Certificates: PEM, with one or several of them, or the bytes of one in DER; or a list of such. */
export type Certificates = string | Uint8Array | readonly (string | Uint8Array)[];

/** How a connection is encrypted. */
export interface TlsOptions {
  /**
   * Whether the peer has to prove who it is, by a certificate for {@link TlsOptions.serverName}. Default: true, which is
   * `EOPNOTSUPP` on an interface that cannot check certificates, as a modem. `false` encrypts, and nobody knows with whom.
   */
  readonly verify?: boolean;
  /**
   * The name that the peer is asked for (SNI; of the modem's firmware only ESP-AT can), and that its certificate is for.
   * Default: the address, and no SNI.
   */
  readonly serverName?: string;
  /**
   * Certificates of the authorities that may have signed the peer's, instead of those that the interface trusts otherwise.
   * Only where certificates are checked: `EINVAL` with `verify: false`.
   */
  readonly ca?: Certificates;
}

/** How a connection is opened. */
export interface OpenStreamOptions extends StreamSettings {
  /** Encrypts the connection. An interface that cannot do that errors with `EOPNOTSUPP`. Default: in the clear. */
  readonly tls?: TlsOptions;
}

/** An open TCP connection, encrypted or not, seen from the socket that owns it. */
export interface StreamLink {
  /** The interface's number for it, where it has numbers. For inspection. */
  readonly id?: number;
  readonly remote: Endpoint;

  /**
   * The bytes from the peer, in order. Completes at the peer's EOF; errors with an `OSError` when the connection is
   * lost. Subscribe once, at once: the link hands its bytes to this one reader.
   *
   * @param room$ How many bytes the reader has room for now; replays its current value. An interface that can hold
   *   the sender back takes no more than that off the network; one that cannot pushes all the same.
   */
  receive(room$: Observable<number>): Observable<Uint8Array>;

  /**
   * Whether a connection can end in one direction: bytes can still be sent when the peer has ended its own. Default: no,
   * as with a modem.
   */
  readonly halfCloses?: boolean;

  /** Most bytes of one {@link StreamLink.send}. */
  readonly maxSend: number;

  /**
   * Cold. Hands over the bytes, 1 to {@link StreamLink.maxSend} of them, and completes when the interface has taken
   * them all. Sends of one link are made one after another, but those in front of {@link StreamLink.close} at a time, to be
   * kept in their order. Unsubscribing cannot take back what has been handed over.
   *
   * Errors: `EPIPE` or `ECONNRESET` when the connection has ended, `ETIMEDOUT` when the peer takes nothing.
   */
  send(bytes: Uint8Array): Observable<never>;

  /**
   * Cold. Changes settings, and completes when they are in force.
   *
   * Errors: `ENOPROTOOPT` when the interface cannot change them on an open connection.
   */
  configure(settings: StreamSettings): Observable<never>;

  /**
   * Cold. Ends both directions behind what has been handed over, so that the peer sees EOF, and completes when the link
   * is free. A peer that takes nothing is not waited for longer than a bounded time. Never errors.
   *
   * @param options.reset Breaks the connection off instead, where the interface can, whatever is on its way: the peer sees
   *   a reset. {@link Nic.checkSettings} tells whether it can.
   */
  close(options?: CloseOptions): Observable<never>;
}

/** How a connection is closed. */
export interface CloseOptions {
  readonly reset?: boolean;
}

/** How a listening port is opened. */
export interface ListenOptions {
  /** Connections that the interface may hold back until they are taken, where it can be told. */
  readonly backlog?: number;
}

/** A listening port, seen from the socket that owns it. */
export interface Listener {
  readonly local: Endpoint;

  /**
   * Each connection that comes, until {@link Listener.close}; the subscriber owns its link. Subscribe once, at once.
   * Errors with an `OSError` when nobody is listened to any more.
   */
  readonly connections$: Observable<StreamLink>;

  /** Cold. Frees the port, and completes when it is free. Connections go on. Never errors. */
  close(): Observable<never>;
}

/** One datagram, whole. */
export interface Datagram {
  readonly data: Buffer;
  /** Who sent it. */
  readonly remote: Endpoint;
}

/** How a local port for datagrams is opened. */
export interface OpenDatagramOptions {
  /** The port may be one that others have as well, where the stack can share one. */
  readonly reuseAddress?: boolean;
}

/** A local port for datagrams, seen from the socket that owns it. */
export interface DatagramLink {
  /** The interface's number for it, where it has numbers. For inspection. */
  readonly id?: number;
  readonly local: Endpoint;

  /**
   * Each datagram that comes, from whomever. Errors with an `OSError` when the port is lost. Subscribe once, at once: the
   * link hands its datagrams to this one reader.
   */
  readonly datagrams$: Observable<Datagram>;

  /**
   * Cold. Sends one datagram of 1 to {@link Nic.maxDatagram} bytes, and completes when the stack has it. Sends of one
   * link are made one after another. Nobody tells whether a datagram arrives.
   *
   * Errors: `ENETUNREACH`, `ENOBUFS` when the stack could not send it, and what the stack says.
   */
  send(data: Uint8Array, remote: Endpoint): Observable<never>;

  /**
   * Cold. Lets broadcasts be sent, or forbids it, and completes.
   */
  allowBroadcast(allowed: boolean): Observable<never>;

  /**
   * Cold. Joins a multicast group, or leaves it, and completes.
   *
   * Errors: `ENOPROTOOPT` when the interface cannot.
   */
  join(group: string, isMember: boolean): Observable<never>;

  /** Cold. Frees the port behind what has been handed over, and completes when it is free. Never errors. */
  close(): Observable<never>;
}

/**
 * A network interface: what sockets are written against. The modem implements it over AT commands, the host over
 * the operating system's sockets.
 */
export interface Nic {
  /** For messages: `'esp8285'`, `'host'`. */
  readonly name: string;

  /**
   * Cold. Looks a host name up and emits its numeric addresses, at least one, the best first.
   *
   * Errors: `EAI_NONAME` when there is no such name, `EAI_AGAIN` when nobody could be asked.
   */
  resolve(host: string): Observable<readonly string[]>;

  /**
   * Cold. Opens a TCP connection, emits its link and completes; the subscriber then owns the link. Unsubscribing
   * before that gives the attempt up.
   *
   * Errors: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EMFILE` when all links are taken, and what the stack says. With
   * TLS also `EPROTO` when the peers agree on no encryption, `EACCES` when the peer is not who it should be, `ENOBUFS`
   * when no more encrypted links can be had, `EOPNOTSUPP`.
   */
  openStream(remote: Endpoint, options?: OpenStreamOptions): Observable<StreamLink>;

  /**
   * Cold. Completes if {@link openStream} takes these settings.
   *
   * Errors: `ENOPROTOOPT` for what the interface cannot do, `EINVAL` for a value out of its range.
   */
  checkSettings(settings: StreamSettings): Observable<never>;

  /** Most bytes of one datagram. */
  readonly maxDatagram: number;

  /**
   * Cold. Opens a local port for datagrams, emits its link and completes; the subscriber then owns the link.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`, `EMFILE` when all links are taken, and what the stack says.
   *
   * @param local `'0.0.0.0'` for all addresses; a port of 0 is any free one.
   */
  openDatagram(local: Endpoint, options?: OpenDatagramOptions): Observable<DatagramLink>;

  /**
   * Cold. Listens for TCP connections, emits the listener and completes; the subscriber then owns it.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`, and what the stack says.
   *
   * @param local The address to listen on, `'0.0.0.0'` for all; a port of 0 is any free one, where the interface can
   *   choose.
   */
  listen(local: Endpoint, options?: ListenOptions): Observable<Listener>;
}

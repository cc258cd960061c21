import type { Observable } from 'rxjs';

import type { SocketTrace } from './socketTrace';

/** One end of a connection, or the sender of a datagram. */
export interface Endpoint {
  /** A numeric IPv4 address as text, `'192.168.1.9'`. */
  readonly address: string;
  /** A port number from 0 to 65535. */
  readonly port: number;
}

/** The settings of a connection. What is left out stays as it is. */
export interface StreamSettings {
  /** How long the peer may be silent before the stack probes it, in seconds. Default: 0, which is never. */
  readonly keepAlive?: number;
  /** Whether small sends leave at once. Otherwise the stack may gather them until an acknowledgement comes (Nagle). */
  readonly noDelay?: boolean;
  /**
   * Whether the connection is going to be closed with a reset. It changes nothing before {@link StreamLink.close}, and
   * is for {@link Nic.checkSettings}.
   */
  readonly resets?: boolean;
}

/** Certificates: text in PEM, which may hold more than one, the bytes of one in DER, or a list of those. */
export type Certificates = string | Uint8Array | readonly (string | Uint8Array)[];

/** How a connection is encrypted. */
export interface TlsOptions {
  /**
   * Whether the peer has to prove who it is, with a certificate for {@link TlsOptions.serverName}. An interface that cannot
   * check certificates, such as a modem, fails with `EOPNOTSUPP` then. `false` encrypts, but anyone may be at the other end.
   * Default: true.
   */
  readonly verify?: boolean;
  /**
   * The name of the peer: the interface sends it (SNI), and the certificate has to be for it. Of the modem's firmware only
   * ESP-AT can send it. Default: the address, and no SNI.
   */
  readonly serverName?: string;
  /**
   * The certificates of the authorities to trust, instead of those that the interface trusts by default. `EINVAL` together
   * with `verify: false`.
   */
  readonly ca?: Certificates;
}

/** How {@link Nic.openStream} opens a connection. */
export interface OpenStreamOptions extends StreamSettings {
  /** Encrypts the connection. An interface that cannot do that fails with `EOPNOTSUPP`. Default: no encryption. */
  readonly tls?: TlsOptions;
}

/** An open TCP connection, encrypted or not. One socket owns it. */
export interface StreamLink {
  /** The number that the interface has for it, for inspection. */
  readonly id?: number;
  /** The address and port of the peer. */
  readonly remote: Endpoint;
  /** The address and port of this end, where the interface knows them. A modem does not. */
  readonly local?: Endpoint;

  /**
   * Emits the bytes from the peer in order. Completes when the peer has ended its side, and errors with an `OSError` when
   * the connection is lost. The owner subscribes once, and as soon as it has the link.
   *
   * @param room$ How many bytes the reader has room for. Replays the current number. An interface that can hold the sender
   *   back receives no more than that. One that cannot pushes everything it receives.
   */
  receive(room$: Observable<number>): Observable<Uint8Array>;

  /**
   * Whether bytes can still be sent when the peer has ended its side. Default: false, as with a modem.
   */
  readonly halfCloses?: boolean;

  /** The most bytes of one {@link StreamLink.send}. */
  readonly maxSend: number;

  /**
   * The size of the pieces that more bytes than {@link StreamLink.maxSend} are cut into, where smaller pieces get there
   * sooner because several are under way. Default: {@link StreamLink.maxSend}.
   */
  readonly pieceSize?: number;

  /**
   * Cold. Hands over 1 to {@link StreamLink.maxSend} bytes. Emits once, when the interface has taken them all and can
   * take more. Completes when the peer has acknowledged them, or together with the emission where the interface does not
   * tell that.
   *
   * The socket begins the next send at the emission. Just before {@link StreamLink.close} it may begin several sends at
   * once, and the interface keeps their order. Unsubscribing does not take back what has been handed over.
   *
   * Errors, before or after the emission: `EPIPE` or `ECONNRESET` when the connection has ended, `ETIMEDOUT` when the
   * peer takes nothing.
   */
  send(bytes: Uint8Array): Observable<void>;

  /**
   * Says whether the connection keeps the program running. An open modem does so by itself, unless it is unreferenced: then it
   * depends on its connections. Default: it does.
   */
  ref?(isReferenced: boolean): void;

  /**
   * Cold. Changes the settings that are given, and completes when they are in force.
   *
   * Errors: `ENOPROTOOPT` when the interface cannot change them on an open connection.
   */
  configure(settings: StreamSettings): Observable<never>;

  /**
   * Cold. Ends both directions after the bytes that have been handed over are acknowledged, so that the peer sees the end
   * of the stream, and completes when the link is free. It waits only a limited time for a peer that takes nothing. Never errors.
   */
  close(options?: CloseOptions): Observable<never>;
}

/** How a connection is closed. */
export interface CloseOptions {
  /**
   * Resets the connection instead, and drops the bytes on their way. {@link Nic.checkSettings} says whether the
   * interface can do that. Default: false.
   */
  readonly reset?: boolean;
}

/** How a listening port is opened. */
export interface ListenOptions {
  /**
   * How many connections may wait in the interface until they are accepted. An interface without such a limit ignores
   * it.
   */
  readonly backlog?: number;
}

/** A listening port. One socket owns it. */
export interface Listener {
  /** The local address, with the port that was chosen. */
  readonly local: Endpoint;

  /**
   * Emits each connection that comes, until {@link Listener.close}. The subscriber owns the links. The owner subscribes
   * once, and as soon as it has the listener. Errors with an `OSError` when the interface stops listening.
   */
  readonly connections$: Observable<StreamLink>;

  /** Says whether the port keeps the program running, as {@link StreamLink.ref} does for a connection. */
  ref?(isReferenced: boolean): void;

  /** Cold. Frees the port, and completes when it is free. The connections stay open. Never errors. */
  close(): Observable<never>;
}

/** One datagram that has been received. */
export interface Datagram {
  /** All of its bytes. */
  readonly data: Buffer;
  /** The address and port that it was sent from. */
  readonly remote: Endpoint;
}

/** How {@link Nic.openDatagram} opens a port. */
export interface OpenDatagramOptions {
  /** Whether other sockets may have the same port, if the stack can share it. Default: false. */
  readonly reuseAddress?: boolean;
}

/** A local port for datagrams. One socket owns it. */
export interface DatagramLink {
  /** The number that the interface has for it, for inspection. */
  readonly id?: number;
  /** The local address, with the port that was chosen. */
  readonly local: Endpoint;

  /**
   * Emits each datagram that comes, from any sender. Errors with an `OSError` when the port is lost. The owner subscribes
   * once, and as soon as it has the link.
   */
  readonly datagrams$: Observable<Datagram>;

  /**
   * Cold. Sends one datagram of 1 to {@link Nic.maxDatagram} bytes, and completes when the stack has taken it. The
   * socket sends one datagram after another. It is not known whether a datagram arrives.
   *
   * Errors: `ENETUNREACH`, `ENOBUFS` when the stack cannot send it, and other errors of the stack.
   */
  send(data: Uint8Array, remote: Endpoint): Observable<never>;

  /** Says whether the port keeps the program running, as {@link StreamLink.ref} does for a connection. */
  ref?(isReferenced: boolean): void;

  /** Cold. Allows or forbids broadcasts, and completes. */
  allowBroadcast(allowed: boolean): Observable<never>;

  /**
   * Cold. Joins a multicast group, or leaves it, and completes. `group` is its address.
   *
   * Errors: `ENOPROTOOPT` when the interface cannot.
   */
  join(group: string, isMember: boolean): Observable<never>;

  /**
   * Cold. Frees the port after the datagrams that have been handed over, and completes when it is free. Never errors.
   */
  close(): Observable<never>;
}

/**
 * A network interface, as the sockets see it. The modem implements it over AT commands, the host over the sockets of the
 * operating system.
 */
export interface Nic {
  /** Its name in messages, `'esp8285'` or `'host'`. */
  readonly name: string;

  /** Follows the calls of its sockets, for those who watch. An interface that nobody can watch does not have it. */
  readonly sockets?: SocketTrace | undefined;

  /**
   * Cold. Looks up a host name, and emits its numeric addresses once: at least one, the best first.
   *
   * Errors: `EAI_NONAME` when there is no such name, `EAI_AGAIN` when no name server has answered.
   */
  resolve(host: string): Observable<readonly string[]>;

  /**
   * Cold. Opens a TCP connection, emits its link and completes. The subscriber then owns the link. Unsubscribing before
   * that gives the attempt up.
   *
   * Errors: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EMFILE` when all links are in use, and other errors of the stack.
   * With TLS also `EPROTO` when the handshake fails, `EACCES` when the certificate is not accepted, `ENOBUFS` when the
   * interface can have no more encrypted links, `EOPNOTSUPP` when it cannot do what the options ask for.
   */
  openStream(remote: Endpoint, options?: OpenStreamOptions): Observable<StreamLink>;

  /**
   * Cold. Completes if {@link openStream} accepts these settings.
   *
   * Errors: `ENOPROTOOPT` for a setting that the interface does not have, `EINVAL` for a value out of range.
   */
  checkSettings(settings: StreamSettings): Observable<never>;

  /** The most bytes of one datagram. */
  readonly maxDatagram: number;

  /**
   * Cold. Opens a local port for datagrams, emits its link and completes. The subscriber then owns the link.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`, `EMFILE` when all links are in use, and other errors of the stack.
   *
   * @param local The address `'0.0.0.0'` is every address, and port 0 is any free port.
   */
  openDatagram(local: Endpoint, options?: OpenDatagramOptions): Observable<DatagramLink>;

  /**
   * Cold. Listens for TCP connections, emits the listener and completes. The subscriber then owns the listener.
   *
   * Errors: `EADDRINUSE`, `EADDRNOTAVAIL`, and other errors of the stack.
   *
   * @param local The address `'0.0.0.0'` is every address. Port 0 is any free port, where the interface can choose.
   */
  listen(local: Endpoint, options?: ListenOptions): Observable<Listener>;
}

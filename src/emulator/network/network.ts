import type { Observable } from 'rxjs';

/** An IPv4 address and a port. */
export interface Endpoint {
  /** In dotted decimal notation, as `'127.0.0.1'`. */
  readonly address: string;
  /** From 0 to 65535. */
  readonly port: number;
}

/** A TCP connection of this machine, as the virtual modem uses it. */
export interface Connection {
  /** The address and port of the peer. */
  readonly remote: Endpoint;
  /** The port on this side of the connection, which the operating system has chosen. */
  readonly localPort: number;
  /**
   * The data from the peer. Subscribe once. Completes when the peer has ended the connection, and errors when it has
   * reset it.
   */
  readonly data$: Observable<Buffer>;
  /** Takes no more bytes from the peer, so that TCP slows it down. */
  pause(): void;
  /** Takes bytes from the peer again. */
  resume(): void;
  /** Sends at once. Completes when the operating system has taken the bytes, errors when it cannot. */
  write(bytes: Buffer): Observable<never>;
  /** Ends in order, after what is still to be sent. */
  end(): void;
  /** Ends at once, by a reset where that is possible. */
  abort(): void;
}

/** What a {@link DatagramPort} emits for each UDP packet: its bytes and its sender. */
export interface Datagram {
  /** The payload, which may be empty. */
  readonly bytes: Buffer;
  /** The address and port of the sender, to which an answer goes. */
  readonly from: Endpoint;
}

/** A UDP port of this machine, for the datagrams of one link. */
export interface DatagramPort {
  /** The number of the port, which `bind(0)` has chosen. */
  readonly localPort: number;
  /** The datagrams that come to it. Subscribe once. Completes after {@link close}. */
  readonly datagrams$: Observable<Datagram>;
  /** Sends a datagram. Whether it arrives is not reported. */
  send(bytes: Buffer, to: Endpoint): void;
  /** Closes the port, which is free then. */
  close(): void;
}

/** A TCP port that accepts connections. */
export interface Listener {
  /** The number of the port, which `listen(0)` has chosen. */
  readonly localPort: number;
  /** Connections of clients. They belong to the subscriber. */
  readonly connections$: Observable<Connection>;
}

/**
 * The network outside the virtual modem: by default the sockets of this machine, in a test one in memory.
 *
 * The methods are cold. Unsubscribing from `connect` before it has emitted gives the attempt up; unsubscribing from
 * `listen` stops listening. They fail with a {@link NetworkError}.
 */
export interface Network {
  /**
   * Connects, emits the connection and completes.
   *
   * @param tls Whether to agree on TLS with the peer.
   * @param serverName The name that a TLS peer is asked for (SNI), if one was set.
   */
  connect(to: Endpoint, tls: boolean, serverName?: string): Observable<Connection>;
  /** Listens on a port, 0 for any free one. Emits the listener once, and does not complete. */
  listen(port: number): Observable<Listener>;
  /** Binds a UDP port, 0 for any free one. Emits it and completes. */
  bind(port: number): Observable<DatagramPort>;
  /** The sockets keep the program running, which is the default. */
  ref?(): void;
  /** The sockets do not keep the program running. */
  unref?(): void;
}

/** The error of a {@link Network}. It decides what the modem says to its host. */
export class NetworkError extends Error {
  /** `'NetworkError'`, which distinguishes it from other errors. */
  override readonly name = 'NetworkError';

  constructor(
    /**
     * `refused`: the peer refused the connection. `handshake`: it is there, but TLS could not be agreed on.
     * `unreachable`: nobody answered. `in-use`: the local port is taken. `reset`: the connection broke.
     */
    readonly reason: 'refused' | 'handshake' | 'unreachable' | 'in-use' | 'reset',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether an address is in 127.0.0.0/8. The emulator talks to no other addresses. */
export function isLoopback(address: string): boolean {
  return isDottedQuad(address) && address.startsWith('127.');
}

/** Whether a text is an IPv4 address in dotted decimal notation. */
export function isDottedQuad(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

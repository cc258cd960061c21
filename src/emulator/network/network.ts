import type { Observable } from 'rxjs';

export interface Endpoint {
  /** Dotted quad. */
  readonly address: string;
  readonly port: number;
}

/** A TCP connection of the machine, as the virtual modem uses it. */
export interface Connection {
  readonly remote: Endpoint;
  readonly localPort: number;
  /** What the peer sends. To be subscribed once. Completes when the peer has ended, errors when it has reset. */
  readonly data$: Observable<Buffer>;
  /** Stops taking bytes from the peer, so that TCP slows it down. */
  pause(): void;
  resume(): void;
  /** Sends at once; completes when the operating system has taken the bytes, errors when it cannot. */
  write(bytes: Buffer): Observable<never>;
  /** Ends in order, sending what is still to be sent. */
  end(): void;
  /** Ends at once, by a reset where there is one. */
  abort(): void;
}

export interface Datagram {
  readonly bytes: Buffer;
  readonly from: Endpoint;
}

export interface DatagramPort {
  readonly localPort: number;
  readonly datagrams$: Observable<Datagram>;
  send(bytes: Buffer, to: Endpoint): void;
  close(): void;
}

export interface Listener {
  readonly localPort: number;
  /** Connections of clients; they belong to the subscriber. */
  readonly connections$: Observable<Connection>;
}

/**
 * The world outside the modem. All of it is cold: unsubscribing from `connect` before it has emitted gives the attempt
 * up, and unsubscribing from `listen` stops listening. Failures are {@link NetworkError}s.
 */
export interface Network {
  /** @param serverName The name that a TLS peer is asked for (SNI), if one was set. */
  connect(to: Endpoint, tls: boolean, serverName?: string): Observable<Connection>;
  listen(port: number): Observable<Listener>;
  /** @param port 0 for any. */
  bind(port: number): Observable<DatagramPort>;
}

/**
 * `refused`: the peer said no. `handshake`: it is there, and TLS was not agreed on. `unreachable`: nobody answered.
 * `in-use`: the local port is taken.
 */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(
    readonly reason: 'refused' | 'handshake' | 'unreachable' | 'in-use' | 'reset',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether an address is one of this machine's own, 127.0.0.0/8: the only ones that the emulator ever talks to. */
export function isLoopback(address: string): boolean {
  return isDottedQuad(address) && address.startsWith('127.');
}

export function isDottedQuad(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

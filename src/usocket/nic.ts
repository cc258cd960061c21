import type { Observable } from 'rxjs';

/** One end of a connection. */
export interface Endpoint {
  /** A numeric address as text, `'192.168.1.9'`. */
  readonly address: string;
  /** 0–65535. */
  readonly port: number;
}

/** How a connection is opened. */
export interface StreamOptions {
  /** Idle time after which the stack probes the peer, in seconds; 0, the default, never. */
  readonly keepAlive?: number;
}

/** An open TCP connection, seen from the socket that owns it. */
export interface StreamLink {
  readonly remote: Endpoint;

  /**
   * The bytes from the peer, in order. Completes at the peer's EOF; errors with an `OSError` when the connection is
   * lost. Subscribe once, at once: the link hands its bytes to this one reader.
   *
   * @param room$ How many bytes the reader has room for now; replays its current value. An interface that can hold
   *   the sender back takes no more than that off the network; one that cannot pushes all the same.
   */
  receive(room$: Observable<number>): Observable<Uint8Array>;

  /** Most bytes of one {@link StreamLink.send}. */
  readonly maxSend: number;

  /**
   * Cold. Hands over the bytes, 1 to {@link StreamLink.maxSend} of them, and completes when the interface has taken
   * them all. Sends of one link are made one after another. Unsubscribing cannot take back what has been handed over.
   *
   * Errors: `EPIPE` or `ECONNRESET` when the connection has ended, `ETIMEDOUT` when the peer takes nothing.
   */
  send(bytes: Uint8Array): Observable<never>;

  /**
   * Cold. Ends both directions behind what has been handed over, so that the peer sees EOF, and completes when the link
   * is free. A peer that takes nothing is not waited for longer than a bounded time. Never errors.
   */
  close(): Observable<never>;
}

/** How a listening port is opened. */
export interface ListenOptions {
  /** Connections that may wait to be accepted; the interface may take fewer. */
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
   * Errors: `ECONNREFUSED`, `ETIMEDOUT`, `ENETUNREACH`, `EMFILE` when all links are taken, and what the stack says.
   */
  openStream(remote: Endpoint, options?: StreamOptions): Observable<StreamLink>;

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

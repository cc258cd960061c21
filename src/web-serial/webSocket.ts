/**
 * The part of a `WebSocket` that a line uses: the one of browsers and of Node.js 22, and that of the package `ws`.
 *
 * @see https://websockets.spec.whatwg.org/
 */
export interface WebSocketLike {
  /** How received binary messages look. */
  binaryType: string;
  /** How many bytes have not been sent yet. */
  readonly bufferedAmount: number;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Puts a message into the buffer to send: bytes as a binary message, a string as a text message. */
  send(data: Uint8Array<ArrayBuffer> | string): void;
  /** Closes the connection after what is still to be sent. */
  close(code?: number): void;
  /** Listens for the connection to open, or for an error. `close` follows an error. */
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  /** Listens for the messages of the other side. */
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Listens for the end of the connection. */
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

/** What makes a {@link WebSocketLike}: the global `WebSocket`, or that of `ws`. A URL is connected to at once. */
export type WebSocketConstructor = new (url: string, protocols?: string) => WebSocketLike;

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
  /** Sends a message. */
  send(data: Uint8Array<ArrayBuffer> | string): void;
  /** Closes the connection after what is still to be sent. */
  close(code?: number): void;
  /** Listens. */
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

/** The class of a {@link WebSocketLike}. */
export type WebSocketConstructor = new (url: string, protocols?: string) => WebSocketLike;

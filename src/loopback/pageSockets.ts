import type { IncomingMessage, Server } from 'node:http';
import { noop } from 'rxjs';
import { type WebSocket, WebSocketServer } from 'ws';

/** Which WebSockets a server has. */
export interface PageSocketOptions {
  readonly server: Server;
  /** The path of the URL. Default: any. */
  readonly path?: string;
  readonly protocol: string;
  /** The longest message of a page, in bytes. */
  readonly longestMessage: number;
  /** Why a page is refused, or `undefined`. */
  readonly refusal: (request: IncomingMessage) => string | undefined;
}

/** Serves WebSockets to pages. Nothing is compressed, because it does not leave this machine. */
export function servePageSockets({ protocol, longestMessage, refusal, ...where }: PageSocketOptions): WebSocketServer {
  const sockets = new WebSocketServer({
    ...where,
    maxPayload: longestMessage,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
    verifyClient: ({ req }, decide) => {
      const why = refusal(req);
      decide(why === undefined, 403, why);
    },
  });
  // It repeats the errors of the server, which are waited for there.
  sockets.on('error', noop);
  // Such as a message that is too long. `close` follows. Without a listener, the error would end the process.
  sockets.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {
      socket.terminate();
    });
  });
  return sockets;
}

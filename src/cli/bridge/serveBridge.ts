import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EMPTY, finalize, fromEvent, lastValueFrom, mergeMap, takeUntil } from 'rxjs';
import type { WebSocket } from 'ws';

import { Admission } from '../../loopback/admission';
import { servePageSockets } from '../../loopback/pageSockets';
import type { Uart } from '../../streams';
import { lineProtocol } from '../../web-serial/lineMessages';
import { bridgeLine, refusePage } from './bridgeLine';

/** What a bridge serves, and to whom. */
export interface BridgeOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The port to listen on; 0 for any that is free. */
  readonly port: number;
  /** See {@link Admission}. */
  readonly origins: readonly string[];
  /** Opens the line. It is called for each page, because the line is open only while a page has it. */
  readonly open: () => Uart;
  /** Is told of pages that come and go. */
  readonly note: (text: string) => void;
}

/** A bridge that listens. */
export interface ServedBridge {
  /** The URL for the page, with the token. */
  readonly url: string;
  /** Closes the line and the server. */
  close(): Promise<void>;
}

/** The longest message of a page, in bytes. A page sends what a socket sends at once. */
const longestMessage = 1 << 20;

/** Serves a line to one page at a time, over a WebSocket. Rejects when the port cannot be listened on. */
export async function serveBridge({ host, port, origins, open, note }: BridgeOptions): Promise<ServedBridge> {
  const admission = new Admission(origins, (origin) => `allow them with --origin ${origin}`);
  const server = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This is a WebSocket of rx-usocket bridge.\n');
  });
  const sockets = servePageSockets({
    server,
    protocol: lineProtocol,
    longestMessage,
    refusal: (request) => {
      const refusal = admission.refusal(request);
      if (refusal !== undefined) note(`Refused a page: ${refusal}.`);
      return refusal;
    },
  });
  server.listen(port, host);
  await once(server, 'listening');
  const connected$ = fromEvent(sockets, 'connection', (socket: WebSocket) => socket).pipe(
    takeUntil(fromEvent(sockets, 'close')),
  );
  /** Whose page has the line. A page that was refused may take a while to go. */
  let holder: WebSocket | undefined;
  const bridged$ = connected$.pipe(
    mergeMap((socket) => {
      if (holder && holder.readyState !== holder.CLOSED) {
        note('Refused a page: another page has the line.');
        refusePage(socket);
        return EMPTY;
      }
      holder = socket;
      note('A page has connected.');
      return bridgeLine(socket, open, note).pipe(finalize(() => note('The page has gone.')));
    }),
  );
  const bridged = lastValueFrom(bridged$, { defaultValue: undefined });
  const { port: boundPort } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `ws://${shown}:${boundPort}/?token=${admission.token}`,
    close: async () => {
      for (const socket of sockets.clients) socket.close(1001, 'the bridge has ended');
      server.closeAllConnections();
      const ended = once(server, 'close');
      server.close();
      sockets.close();
      await Promise.all([ended, bridged]);
    },
  };
}

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { signed } from './certificate';

/** A web server on loopback, and how many connections it has had. Dispose of it with `await using`. */
export interface WebServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  readonly connections: () => number;
}

export function webServer(answer: RequestListener): Promise<WebServer> {
  return served(createServer(answer));
}

/** Its certificate is for `tls.example` and 127.0.0.1. */
export function secureWebServer(answer: RequestListener): Promise<WebServer> {
  return served(createSecureServer({ cert: signed.cert, key: signed.key }, answer));
}

async function served(server: Server): Promise<WebServer> {
  let connections = 0;
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

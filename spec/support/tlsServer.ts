import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions, type TLSSocket } from 'node:tls';

import { certificate } from './certificate';

/** A TLS server on a free port of loopback, for one spec. */
export interface TlsServer extends AsyncDisposable {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** The next connection whose handshake is done, unread. */
  accept(): Promise<TLSSocket>;
}

/** Starts a server. Give it back with `await using`: that also breaks off what is still connected. */
export async function tlsServer(options: TlsOptions = {}): Promise<TlsServer> {
  const { cert, key } = certificate;
  const server = createServer({ cert, key, ...options });
  const waiting: TLSSocket[] = [];
  const all = new Set<TLSSocket>();
  // A handshake that fails is the client's to tell.
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    all.add(socket);
    waiting.push(socket);
    server.emit('accepted');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    endpoint: { address, port },
    async accept() {
      if (waiting.length === 0) await once(server, 'accepted');
      const [socket] = waiting.splice(0, 1);
      if (socket === undefined) throw new Error('another accept took the connection');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of all) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

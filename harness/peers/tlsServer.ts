import { createServer, type TlsOptions, type TLSSocket } from 'node:tls';

import { accepting, type AcceptingServer } from './acceptingServer';
import { certificate } from './certificate';

export type TlsServer = AcceptingServer<TLSSocket>;

/** Starts a TLS server, which accepts connections whose handshake is done. Give it back with `await using`. */
export function tlsServer(options: TlsOptions = {}): Promise<TlsServer> {
  const { cert, key } = certificate;
  const server = createServer({ cert, key, ...options });
  // A handshake that fails is the client's to tell.
  server.on('tlsClientError', () => undefined);
  return accepting(server, 'secureConnection');
}

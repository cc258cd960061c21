import { createServer, type TlsOptions, type TLSSocket } from 'node:tls';

import { accepting, type AcceptingServer } from './acceptingServer';
import { certificate } from './certificate';

export type TlsServer = AcceptingServer<TLSSocket>;

/** Starts a TLS server. Its connections have finished their handshake. Dispose of it with `await using`. */
export function tlsServer(options: TlsOptions = {}): Promise<TlsServer> {
  const { cert, key } = certificate;
  const server = createServer({ cert, key, ...options });
  // The client reports a handshake that fails.
  server.on('tlsClientError', () => undefined);
  return accepting(server, 'secureConnection');
}

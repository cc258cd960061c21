import { createServer, type Socket } from 'node:net';

import { accepting, type AcceptingServer } from './acceptingServer';

export type TcpServer = AcceptingServer<Socket>;

/**
 * Starts a TCP server on loopback. Its connections are paused, and stay open when the other side ends. Dispose of it with
 * `await using`.
 *
 * @param port Default: a free port.
 */
export function tcpServer(port = 0): Promise<TcpServer> {
  return accepting(createServer({ allowHalfOpen: true, pauseOnConnect: true }), 'connection', port);
}

/** A port of loopback where nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = await tcpServer();
  await server[Symbol.asyncDispose]();
  return server.endpoint.port;
}

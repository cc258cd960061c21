import { createServer, type Socket } from 'node:net';

import { accepting, type AcceptingServer } from './acceptingServer';

export type TcpServer = AcceptingServer<Socket>;

/**
 * Starts a TCP server, whose connections are half open and paused. Give it back with `await using`.
 *
 * @param port Where it listens; on a free port unless told.
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

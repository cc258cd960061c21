import { createServer, type Socket } from 'node:net';

import { accepting, type AcceptingServer } from './accepting';

export type TcpServer = AcceptingServer<Socket>;

/** Starts a TCP server, whose connections are half open and paused. Give it back with `await using`. */
export function tcpServer(): Promise<TcpServer> {
  return accepting(createServer({ allowHalfOpen: true, pauseOnConnect: true }), 'connection');
}

/** A port of loopback where nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = await tcpServer();
  await server[Symbol.asyncDispose]();
  return server.endpoint.port;
}

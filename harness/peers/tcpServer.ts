import { randomInt } from 'node:crypto';
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

/** Systems give these ports to nobody by themselves. Others could be taken by a connection before the spec takes them. */
const [lowest, highest] = [20_000, 32_000];

/** A port of loopback where nobody listens. */
export async function unusedPort(): Promise<number> {
  const port = randomInt(lowest, highest);
  const server = await tcpServer(port).catch(() => undefined);
  await server?.[Symbol.asyncDispose]();
  return server ? port : unusedPort();
}

import { createServer, type Socket } from 'node:net';

import { bridge, type BridgedLine } from './bridge';

/** A line that is served over TCP. */
export interface TcpLine {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** Hangs up. Resolves when the port is free. The line itself stays open. Closing twice is not an error. */
  close(): Promise<void>;
}

/**
 * Serves a line as raw bytes over TCP, on loopback, to one client at a time. What comes between two clients is lost.
 *
 * @param port 0 for any that is free.
 * @throws Error (rejection) with `EADDRINUSE` or the like when it cannot listen.
 */
export async function bridgeToTcp(line: BridgedLine, port: number): Promise<TcpLine> {
  let client: Socket | undefined;
  const server = createServer((socket) => {
    if (client !== undefined) {
      socket.destroy();
      return;
    }
    client = socket;
    socket.setNoDelay(true);
    const bridged = bridge(line, socket);
    socket.once('close', () => {
      bridged.unsubscribe();
      client = undefined;
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      client?.destroy();
      server.close(() => resolve());
    });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, close };
}

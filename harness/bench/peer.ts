import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import type { LocalAddress } from '../../src/proxy/localServer';
import { messageOf } from '../../src/usocket/contract/messageOf';
import type { Task } from './figures';
import { Check, Pattern } from './pattern';

/** Any port that is free, of this machine alone. */
export const loopback: LocalAddress = { host: '127.0.0.1', port: 0 };

/** The peer of a task. Dispose of it with `await using`, which also ends its connections. */
export interface Peer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Sends to each connection what it is to receive, also to those that come later. */
  begin(): void;
  /** Resolves when everything has arrived that is sent to it. Rejects for a byte that was not sent. */
  readonly arrived: Promise<void>;
}

/**
 * @param sockets The number of connections, which need not be that of the task.
 * @throws Error (rejection) when it cannot listen.
 */
export async function startPeer(
  task: Task,
  sockets: number,
  seed: number,
  { host, port }: LocalAddress = loopback,
): Promise<Peer> {
  const down = (task.down * task.sockets) / sockets;
  const up = (task.up * task.sockets) / sockets;
  const connections: Socket[] = [];
  let hasBegun = false;
  const feed = (connection: Socket, socket: number): void => {
    if (down > 0) connection.write(new Pattern(seed, { socket, direction: 'down' }).take(down));
  };
  const checks: Check[] = [];
  const server = createServer({ noDelay: true });
  const arrived = new Promise<void>((resolve, reject) => {
    server.on('connection', (connection) => {
      const socket = connections.push(connection) - 1;
      connection.on('error', () => undefined);
      // A program may have begun before this process is told of its last connection.
      if (hasBegun) feed(connection, socket);
      if (task.rounds > 0) {
        connection.pipe(connection);
        return;
      }
      if (up === 0) {
        connection.resume();
        return;
      }
      const check = new Check(new Pattern(seed, { socket, direction: 'up' }), up);
      checks.push(check);
      connection.on('data', (chunk) => {
        try {
          check.take(chunk);
        } catch (cause) {
          reject(new Error(`to the peer, ${messageOf(cause)}`, { cause }));
        }
        if (checks.length === sockets && checks.every(({ isComplete }) => isComplete)) resolve();
      });
    });
  });
  // Whoever waits for it is told.
  arrived.catch(() => undefined);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    arrived,
    begin() {
      hasBegun = true;
      for (const [socket, connection] of connections.entries()) feed(connection, socket);
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

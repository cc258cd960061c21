import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import { Pattern } from '../pattern';

/** Bytes of one write. */
const piece = 16_384;

/** A peer that sends to each connection without end. Dispose of it with `await using`. */
export interface EndlessPeer extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Sends to all connections from now on. */
  begin(): void;
}

/** Starts a peer. The first byte of a connection says which stream it is to receive. */
export async function startEndlessPeer(seed: number): Promise<EndlessPeer> {
  const connections = new Map<Socket, number>();
  const server = createServer((connection) => {
    connection
      .on('error', () => undefined)
      .on('close', () => connections.delete(connection))
      .once('data', ([link = 0]) => connections.set(connection, link));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    begin() {
      for (const [connection, socket] of connections)
        sendEndlessly(connection, new Pattern(seed, { socket, direction: 'down' }));
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections.keys()) connection.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function sendEndlessly(connection: Socket, pattern: Pattern): void {
  let sent = 0;
  const send = (): void => {
    let isTaken = true;
    while (isTaken) {
      const bytes = pattern.piece(sent, piece);
      sent += bytes.length;
      isTaken = connection.write(bytes);
    }
  };
  connection.on('drain', send);
  send();
}

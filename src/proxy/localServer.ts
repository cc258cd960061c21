import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where a server listens on this machine. */
export interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

/** A server that listens, until it is closed. */
export interface ListeningServer {
  readonly address: LocalAddress;
  /** Stops listening, and closes the connections of its clients. */
  close(): Promise<void>;
}

/** Makes a server listen. Rejects with `EADDRINUSE` and the like. */
export async function listenOn(server: Server, { host, port }: LocalAddress): Promise<ListeningServer> {
  const clients = new Set<Socket>();
  server.on('connection', (client: Socket) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return {
    address: { host: bound.address, port: bound.port },
    async close() {
      const closed = once(server, 'close');
      server.close();
      // Node.js tells of the end of a server before that of the connections that are destroyed now, and what waits for their
      // ends, such as timers, would outlive the server.
      const left = Array.from(clients, (client) => new Promise((gone) => client.once('close', gone).destroy()));
      await Promise.all([closed, ...left]);
    },
  };
}

/** Whether only programs of this machine reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

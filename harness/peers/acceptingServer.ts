import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A server on loopback for one spec. */
export interface AcceptingServer<T extends Socket> extends AsyncDisposable {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** Waits for the next connection, from which nothing has been read. */
  accept(): Promise<T>;
}

/**
 * Makes a server listen on loopback. Dispose of it with `await using`, which also destroys its connections.
 *
 * @param event The event of the server that has a new connection.
 * @param at The port. Default: a free one.
 */
export async function accepting<T extends Socket>(
  server: Server,
  event: 'connection' | 'secureConnection',
  at = 0,
): Promise<AcceptingServer<T>> {
  const waiting: T[] = [];
  const all = new Set<T>();
  server.on(event, (socket: T) => {
    socket.on('error', () => undefined).once('close', () => all.delete(socket));
    all.add(socket);
    waiting.push(socket);
    server.emit('accepted');
  });
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    endpoint: { address, port },
    async accept() {
      if (waiting.length === 0) await once(server, 'accepted');
      const [socket] = waiting.splice(0, 1);
      if (socket === undefined) throw new Error('another accept took the connection');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of all) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

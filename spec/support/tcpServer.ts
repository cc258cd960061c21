import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP server on a free port of loopback, for one spec. */
export interface TcpServer extends AsyncDisposable {
  readonly endpoint: { readonly address: string; readonly port: number };
  /** The next connection, half open, unread. */
  accept(): Promise<Socket>;
}

/** Starts a server. Give it back with `await using`: that also breaks off what is still connected. */
export async function tcpServer(): Promise<TcpServer> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const waiting: Socket[] = [];
  const all = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    waiting.push(socket);
    all.add(socket);
    server.emit('accepted');
  });
  server.listen(0, '127.0.0.1');
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

/** A port of loopback where nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = await tcpServer();
  await server[Symbol.asyncDispose]();
  return server.endpoint.port;
}

import { createSocket } from 'node:dgram';
import { connect, Server, type Socket } from 'node:net';
import { TLSSocket, connect as connectTls } from 'node:tls';

import { Observable } from 'rxjs';

import {
  type Connection,
  type Datagram,
  type DatagramPort,
  type Endpoint,
  isLoopback,
  type Listener,
  type Network,
  NetworkError,
} from './network';
import { OpenSockets } from './openSockets';

/** The sockets of this machine, over `node:net`, `node:tls` and `node:dgram`. It uses loopback addresses only. */
export const socketsNetwork: Network = createSocketsNetwork();

/** Makes a network of the sockets of this machine, for one virtual modem. */
export function createSocketsNetwork(): Network {
  const sockets = new OpenSockets();
  return {
    connect: (to, tls, serverName) => connectSocket(sockets, to, tls, serverName),
    listen: (port) => listen(sockets, port),
    bind: (port) => bind(sockets, port),
    ref: () => sockets.refer(true),
    unref: () => sockets.refer(false),
  };
}

/**
 * The link ends its own side. Without this option, Node.js would do so at once, and bytes that are on their way to the
 * peer would be lost.
 */
const halfOpen = { allowHalfOpen: true };

function connectSocket(sockets: OpenSockets, to: Endpoint, tls: boolean, serverName?: string): Observable<Connection> {
  return new Observable((subscriber) => {
    if (!isLoopback(to.address)) {
      subscriber.error(new NetworkError('unreachable', `${to.address} is not on this machine`));
      return undefined;
    }
    let handedOver = false;
    const options = { host: to.address, port: to.port, ...halfOpen };
    // No certificate is checked, as the modem does by default.
    const name = serverName === undefined ? {} : { servername: serverName };
    const socket = tls ? connectTls({ ...options, ...name, rejectUnauthorized: false }) : connect(options);
    sockets.add(socket);
    let connected = false;
    socket.once('connect', () => (connected = true));
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = connected ? 'handshake' : cause.code === 'ETIMEDOUT' ? 'unreachable' : 'refused';
      subscriber.error(
        new NetworkError(reason, `cannot connect to ${to.address}:${to.port}: ${cause.message}`, { cause }),
      );
    });
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.removeAllListeners('error');
      handedOver = true;
      subscriber.next(connectionOf(socket, to));
      subscriber.complete();
    });
    return () => {
      if (!handedOver) socket.destroy();
    };
  });
}

function connectionOf(socket: Socket, remote: Endpoint): Connection {
  socket.setNoDelay(true);
  socket.pause();
  // When the link is closed, nothing else listens to errors. `close` follows each of them.
  socket.on('error', () => undefined);
  /** Ends each write that is under way. */
  const writes = new Set<(error?: Error | null) => void>();
  // Node.js may call back after a TLS write only when the answer to it has come. No peer answers bytes that it does not have.
  const answered = (): void => {
    if (socket instanceof TLSSocket) for (const settle of writes) settle();
  };
  return {
    remote,
    localPort: socket.localPort ?? 0,
    data$: new Observable((subscriber) => {
      let failure: Error | undefined;
      socket.on('error', (cause) => (failure = cause));
      socket.on('data', (chunk: Buffer) => {
        answered();
        subscriber.next(chunk);
      });
      socket.once('end', () => {
        answered();
        subscriber.complete();
      });
      socket.once('close', () => {
        if (failure === undefined) subscriber.complete();
        else subscriber.error(new NetworkError('reset', failure.message, { cause: failure }));
      });
      if (socket.destroyed) subscriber.complete();
      else socket.resume();
    }),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    write(bytes) {
      let settled: ((error?: Error | null) => void) | undefined;
      let outcome: { error?: Error | null | undefined } | undefined;
      const settle = (error?: Error | null): void => {
        writes.delete(settle);
        outcome ??= { error };
        settled?.(error);
      };
      writes.add(settle);
      socket.write(bytes, settle);
      return new Observable<never>((subscriber) => {
        settled = (error) => {
          if (error) subscriber.error(new NetworkError('reset', error.message, { cause: error }));
          else subscriber.complete();
        };
        if (outcome !== undefined) settled(outcome.error);
      });
    },
    // The modem has no half-closed connections either. Bytes that have been written still go out, and then the socket
    // is destroyed.
    end: () => socket.destroySoon(),
    abort: () => {
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    },
  };
}

function listen(sockets: OpenSockets, port: number): Observable<Listener> {
  return new Observable((subscriber) => {
    const server = sockets.add(new Server(halfOpen));
    server.once('error', (cause) => {
      subscriber.error(new NetworkError('in-use', `cannot listen on 127.0.0.1:${port}: ${cause.message}`, { cause }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const localPort = typeof address === 'object' && address !== null ? address.port : port;
      subscriber.next({ localPort, connections$: accepted(sockets, server) });
    });
    // This keeps the accepted connections, because they have other owners.
    return () => void server.close();
  });
}

function accepted(sockets: OpenSockets, server: Server): Observable<Connection> {
  return new Observable((subscriber) => {
    const accept = (socket: Socket): void =>
      subscriber.next(
        connectionOf(sockets.add(socket), { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }),
      );
    server.on('connection', accept);
    return () => void server.off('connection', accept);
  });
}

function bind(sockets: OpenSockets, port: number): Observable<DatagramPort> {
  return new Observable((subscriber) => {
    const socket = sockets.add(createSocket('udp4'));
    socket.on('error', (cause) => {
      subscriber.error(new NetworkError('in-use', `cannot bind 127.0.0.1:${port}: ${cause.message}`, { cause }));
    });
    let handedOver = false;
    socket.bind(port, '127.0.0.1', () => {
      handedOver = true;
      subscriber.next({
        localPort: socket.address().port,
        datagrams$: new Observable<Datagram>((reader) => {
          socket.on('message', (bytes, { address, port: from }) =>
            reader.next({ bytes, from: { address, port: from } }),
          );
          socket.once('close', () => reader.complete());
        }),
        // A lost datagram is not reported.
        send: (bytes, to) => socket.send(bytes, to.port, to.address, () => undefined),
        close: () => socket.close(),
      });
      subscriber.complete();
    });
    return () => {
      if (!handedOver) socket.close();
    };
  });
}

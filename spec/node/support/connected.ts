import { once } from 'node:events';
import type { Socket } from 'node:net';

import { tcpServer } from '../../../harness/peers/tcpServer';
import type { NicConnectOptions } from '../../../src/node';
import { eventsOf } from './eventLog';
import type { Sockets, TestedSockets } from './sockets';

/** A connected socket whose events are noted, and its peer, which is paused and stays open when the socket ends. */
export interface Connected extends AsyncDisposable {
  readonly sockets: Sockets;
  readonly socket: Socket;
  readonly peer: Socket;
  readonly log: readonly string[];
}

/** The first events of every connection to an address. */
export const opened = ['connectionAttempt opening', 'connect open', 'ready open'];

/** Connects a socket to a peer on loopback. Dispose of it with `await using`. */
export async function connected(
  tested: TestedSockets,
  options: Omit<NicConnectOptions, 'port'> & { readonly noteData?: boolean } = {},
): Promise<Connected> {
  const sockets = await tested.start();
  const server = await tcpServer();
  const { address: host, port } = server.endpoint;
  const socket = sockets.connect({ host, port, ...options });
  const log = eventsOf(socket, { data: options.noteData ?? true });
  const [peer] = await Promise.all([server.accept(), once(socket, 'connect')]);
  return {
    sockets,
    socket,
    peer,
    log,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await server[Symbol.asyncDispose]();
      await sockets[Symbol.asyncDispose]();
    },
  };
}

import { connect as connectLocally, createServer, type Server, type Socket } from 'node:net';

import { connect, createServer as createNicServer, type LinkOptions } from '../node';
import { join } from './join';
import type { LocalAddress } from './localServer';
import { explained } from './refusal';
import type { Target } from './target';

/** How a forwarded port uses its interface, and what it tells. */
export interface ForwardOptions extends LinkOptions {
  /** Told of each connection that could not be opened. */
  readonly refused?: (what: string, reason: string) => void;
}

/**
 * Makes a server of this machine whose clients reach one host in the network of the interface. It does not listen yet. A
 * client whose connection cannot be opened sees a reset.
 */
export function forwardServer(target: Target, { refused, ...link }: ForwardOptions): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    join(client, connect({ ...link, ...target }), {
      failed: (error) => {
        refused?.(`${target.host}:${target.port}`, explained(error));
        client.resetAndDestroy();
      },
    });
  });
}

/**
 * Makes a server of the interface whose clients reach a server of this machine. It does not listen yet.
 *
 * When a client ends its side, a modem closes the whole connection, so the client gets no answer after that.
 */
export function publicServer(to: LocalAddress, { refused, ...link }: ForwardOptions): Server {
  return createNicServer(link, (client: Socket) => {
    const local = connectLocally({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
    join(local, client, {
      failed: (error) => {
        refused?.(`${to.host}:${to.port}`, explained(error));
        client.resetAndDestroy();
      },
    });
  });
}

import { Server, type ServerOpts, type Socket } from 'node:net';

import { atCaller } from '../../usocket/contract/callerStack';
import { callError } from '../../usocket/contract/osError';
import { listen } from './listen';
import { isNoPort, listenArguments } from './listenArguments';
import type { LinkOptions } from '../links/openHandle';

/** The options of {@link createServer}: those of `net.createServer`, and how the server uses its interface. */
export type NicServerOptions = ServerOpts & Pick<LinkOptions, 'nic' | 'halfCloseTimeout'>;

/** A `net.Server` that listens on a port of a network interface. {@link createServer} makes one. */
export class NicServer extends Server {
  private readonly linkOptions: LinkOptions;

  constructor(options: NicServerOptions = {}, listener?: (socket: Socket) => void) {
    super(options, listener);
    this.linkOptions = options;
  }

  /**
   * Listens, with the arguments of `net.Server` that name a port. {@link listen} says what is different. Throws
   * `EOPNOTSUPP` for a path and for a handle, which only the operating system has.
   */
  override listen(...given: unknown[]): this {
    const { options, listener } = listenArguments(given);
    return atCaller(() => {
      if (!isNoPort(options)) return listen(this, { ...options, ...this.linkOptions }, listener);
      throw callError('listen', 'EOPNOTSUPP', 'an interface listens on ports; use net.createServer for anything else');
    });
  }
}

/**
 * Makes a server for the clients that come to a network interface, in the form of `net.createServer`.
 *
 *     createServer((socket) => socket.pipe(socket)).listen(7);
 *
 * {@link listen} makes an HTTP server of Node.js listen there.
 */
export function createServer(listener?: (socket: Socket) => void): NicServer;
export function createServer(options: NicServerOptions, listener?: (socket: Socket) => void): NicServer;
export function createServer(
  first?: NicServerOptions | ((socket: Socket) => void),
  listener?: (socket: Socket) => void,
): NicServer {
  return typeof first === 'function' ? new NicServer({}, first) : new NicServer(first, listener);
}

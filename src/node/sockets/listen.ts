import type { ListenOptions, Server, Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';

import { programInterfaces } from '../../programInterfaces';
import { hideOperators } from '../../usocket/contract/callerStack';
import { messageOf } from '../../usocket/contract/messageOf';
import { ListeningHandle } from '../links/listeningHandle';
import { adoptSocket } from './nicSocket';
import type { LinkOptions } from '../links/openHandle';
import { systemCode } from '../native/systemErrors';

/** Where a server listens: the options of `server.listen` that name a port, and how it uses the interface. */
export type NicListenOptions = LinkOptions & Pick<ListenOptions, 'port' | 'host' | 'backlog' | 'signal'>;

/** What `net.Server` does not show. It is the same in Node.js 20, 22, 24 and 26. */
interface Internals {
  _handle: ListeningHandle | null;
  /** Begins to serve with `_handle`. */
  _listen2(address: string, port: number, addressType: 4, backlog: number | undefined): void;
  readonly highWaterMark?: number;
}

/** Every address. */
const everywhere = new Set<string | undefined>([undefined, '', '::', '0.0.0.0']);

/**
 * Makes a server listen on a port of a network interface, in the way of `server.listen`: a `net.Server`, and also an HTTP or
 * TLS server of Node.js. It emits `listening`, or `error`.
 *
 *     const server = http.createServer((request, response) => response.end('hello\n'));
 *     listen(server, { nic, port: 80 });
 *
 * A modem has one listening port, and cannot choose one by itself (`EINVAL` for port 0). Each client takes one of its five
 * links. The connections are `NicSocket`s.
 *
 * Throws `ERR_SERVER_ALREADY_LISTEN` for a server that listens, and `ENODEV` when the program has no interface.
 */
export function listen<S extends Server>(server: S, options: NicListenOptions, listener?: () => void): S {
  const { nic = programInterfaces.defaultFor('listen'), halfCloseTimeout, port = 0, host, backlog, signal } = options;
  const internals = server as unknown as Internals;
  if (internals._handle) {
    const message = 'Listen method has been called more than once without closing.';
    throw Object.assign(new Error(message), { code: 'ERR_SERVER_ALREADY_LISTEN' });
  }
  if (listener) server.once('listening', listener);
  const address = everywhere.has(host) ? '0.0.0.0' : (host ?? '');
  const { highWaterMark } = internals;
  const readableHighWaterMark = highWaterMark === getDefaultHighWaterMark(false) ? undefined : highWaterMark;
  const handle = new ListeningHandle({
    nic,
    host: address,
    port,
    backlog,
    halfCloseTimeout,
    readableHighWaterMark,
    lost: () => server.close(),
  });
  const adopt = (socket: Socket) => adoptSocket(socket, options);
  server.prependListener('connection', adopt);
  server.once('close', () => server.off('connection', adopt));
  // From now on the server counts as one that listens, as with `server.listen`.
  internals._handle = handle;
  handle.open().subscribe({
    next: (local) => {
      internals._listen2(local.address, local.port, 4, backlog);
      handle.serve();
    },
    error: (cause: unknown) => {
      internals._handle = null;
      server.off('connection', adopt);
      process.nextTick(() => server.emit('error', listenError(address, port, cause)));
    },
  });
  closeOnAbort(server, signal);
  return server;
}

function closeOnAbort(server: Server, signal: AbortSignal | undefined): void {
  if (!signal) return;
  const close = () => server.close();
  if (signal.aborted) process.nextTick(close);
  signal.addEventListener('abort', close, { once: true });
  server.once('close', () => signal.removeEventListener('abort', close));
}

function listenError(address: string, port: number, cause: unknown): NodeJS.ErrnoException {
  const { code, errno } = systemCode(cause);
  const message = `listen ${code}: ${messageOf(cause)}`;
  return hideOperators(Object.assign(new Error(message, { cause }), { code, errno, syscall: 'listen', address, port }));
}

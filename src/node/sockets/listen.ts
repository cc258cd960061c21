import { type ListenOptions, Server, type Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';

import { atCaller, hideOperators } from '../../usocket/contract/callerStack';
import { messageOf } from '../../usocket/contract/messageOf';
import type { Nic } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { chosenNic } from '../links/chosenNic';
import { ListeningHandle } from '../links/listeningHandle';
import { internalsOfServer, openingWith } from '../native/serverInternals';
import { lookupError } from './lookup';
import { adoptSocket } from './nicSocket';
import type { LinkOptions } from '../links/openHandle';
import { systemCode } from '../native/systemErrors';

/** Where a server listens: the options of `server.listen` that name a port, and how it uses the interface. */
export type NicListenOptions = LinkOptions & Pick<ListenOptions, 'port' | 'host' | 'backlog' | 'signal'>;

/** The same, once Node.js has checked them. */
interface ChosenOptions extends NicListenOptions {
  readonly nic: Nic;
  readonly port: number;
  readonly host: string;
}

/** Every address. */
const everywhere = '0.0.0.0';

/**
 * Makes a server listen on a port of a network interface, in the way of `server.listen`: a `net.Server`, and also an HTTP or
 * TLS server of Node.js. It emits `listening`, or `error`.
 *
 *     const server = http.createServer((request, response) => response.end('hello\n'));
 *     listen(server, { nic, port: 80 });
 *
 * A modem has one listening port. It cannot choose a free one, so port 0 means a random one from 20000 to 32767. Each client
 * takes one of the five links of a modem. The connections are `NicSocket`s.
 *
 * Throws what `server.listen` throws, such as `ERR_SERVER_ALREADY_LISTEN` or `ERR_SOCKET_BAD_PORT`, `ENODEV` when the
 * program has no interface, and `EINVAL` for a `nic` that is none.
 */
export function listen<S extends Server>(server: S, options: NicListenOptions, listener?: () => void): S {
  const nic = atCaller(() => chosenNic('listen', options.nic));
  const { backlog, signal } = options;
  const host = options.host ?? '';
  let chosen = 0;
  const take = (_address: string | null, port: number) => (chosen = port);
  // With a handle, even if there is none, `rx-usocket/register` leaves the server alone. Without `exclusive`, the worker of a
  // cluster would ask its primary for the port.
  const port = 'port' in options ? { port: options.port } : {};
  const checked = { ...port, backlog, signal, exclusive: true, _handle: undefined };
  openingWith(server, take, () => Server.prototype.listen.call(server, checked, listener));
  open(server, { ...options, nic, port: chosen, host: host === '' ? everywhere : host });
  return server;
}

/** Opens the port. From now on the server counts as one that listens, as with `server.listen`. */
function open(server: Server, options: ChosenOptions): void {
  const { port, backlog } = options;
  const internals = internalsOfServer<ListeningHandle>(server);
  const { highWaterMark } = internals;
  const host = options.host === '::' ? everywhere : options.host;
  const adopt = (socket: Socket) => adoptSocket(socket, options);
  const handle = new ListeningHandle({
    ...options,
    host,
    readableHighWaterMark: highWaterMark === getDefaultHighWaterMark(false) ? undefined : highWaterMark,
    lost: () => server.close(),
    // Not when the server emits `close`, because it may listen again by then.
    closed: () => server.off('connection', adopt),
  });
  server.prependListener('connection', adopt);
  internals._handle = handle;
  handle.open().subscribe({
    next: (local) => {
      internals._listen2.call(server, local.address, local.port, 4, backlog);
      handle.serve();
    },
    error: (cause: unknown) => {
      internals._handle = null;
      server.off('connection', adopt);
      process.nextTick(() => server.emit('error', listenError(host, port, cause)));
    },
  });
}

function listenError(address: string, port: number, cause: unknown): NodeJS.ErrnoException {
  if (cause instanceof OSError && cause.code.startsWith('EAI_')) return lookupError(address, cause);
  const { code, errno } = systemCode(cause);
  const message = `listen ${code}: ${messageOf(cause)}`;
  return hideOperators(Object.assign(new Error(message, { cause }), { code, errno, syscall: 'listen', address, port }));
}

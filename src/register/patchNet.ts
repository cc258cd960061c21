import cluster from 'node:cluster';
import { Server, Socket, type TcpSocketConnectOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

import { connectArguments, yieldWhenIdle } from '../node/sockets/nicSocket';
import { giveHandle, isNativeStream, type NativeStream } from '../node/native/nativeStream';
import { internalsOfServer, openingWith } from '../node/native/serverInternals';
import { clientHandle, handleOf } from '../node/links/openHandle';
import { isNoPort, listenArguments } from '../node/sockets/listenArguments';
import { lookup } from '../node/sockets/lookup';
import { hideOperators } from '../usocket/contract/callerStack';
import { callError } from '../usocket/contract/osError';
import { refusal } from './refusal';
import { replace, type Routes } from './patch';

/** What `net.Socket` does not show. It is the same in Node.js 20, 22, 24 and 26. */
interface Internals {
  _handle: NativeStream | null;
  _peername: unknown;
  _sockname: unknown;
  _reset(): void;
}

const internalsOf = (socket: unknown) => socket as Internals;

/** The part of the arguments of `connect` that is used here. Node.js takes a host of `null` as none. */
type Target = Partial<Omit<TcpSocketConnectOpts, 'host'>> & { readonly host?: string | null; readonly path?: string };

/** Sends the connections of `net` through the modem, and keeps servers on this machine. */
export function patchNet(routes: Routes, systemLookup: TcpSocketConnectOpts['lookup']): void {
  const { nic, direct } = routes;
  replace(Socket.prototype, 'connect', (original) => (self, given) => {
    const socket = self as Socket;
    const [options, listener] = connectArguments(given) as [Target, (() => void) | undefined];
    const { path, port } = options;
    const host: unknown = options.host ?? '';
    // A program may have loaded `rx-usocket/node` in the other form, of ES modules or CommonJS.
    const isOurs = isNativeStream(internalsOf(socket)._handle) && !socket.destroyed;
    if (path || isOurs || typeof host !== 'string') return original(socket, given);
    // The name of a direct target is not looked up through the modem either.
    if (direct.has(host, Number(port))) return original(socket, [{ lookup: systemLookup, ...options }, listener]);
    if (socket instanceof TLSSocket) {
      const why = 'a TLSSocket that connects by itself cannot use the modem; call tls.connect';
      process.nextTick(() => socket.destroy(refusal('connect', callError('connect', 'EOPNOTSUPP', why))));
      return socket;
    }
    openLink(socket, options, routes);
    const viaNic: NonNullable<TcpSocketConnectOpts['lookup']> = (name, query, callback) =>
      lookup(name, { ...query, nic }, callback);
    return original(socket, [{ lookup: viaNic, ...options, autoSelectFamily: false }, listener]);
  });
  replace(Socket.prototype, 'resetAndDestroy', (original) => (self, given) => {
    const socket = self as Socket;
    if (!handleOf(internalsOf(socket)._handle)) return original(socket, given);
    const reset = () => internalsOf(socket)._reset();
    if (socket.connecting) socket.once('connect', reset);
    else reset();
    return socket;
  });
  replace(Socket.prototype, '_destroy', (original) => (self, given) => {
    const failure = handleOf(internalsOf(self)._handle)?.failure;
    const [error] = given as [Error | null];
    if (error && failure !== undefined) {
      error.cause ??= failure;
      hideOperators(error);
    }
    return original(self, given);
  });
  replace(Server.prototype, 'listen', (original) => (self, given) => listen(self as Server, given, routes, original));
}

/** Gives a socket a link of the modem in the place of a connection of the operating system. */
function openLink(
  socket: Socket,
  { noDelay, keepAlive, keepAliveInitialDelay = 0 }: Target,
  { nic, sockets }: Routes,
): void {
  const internals = internalsOf(socket);
  const handle = clientHandle({ nic, readableHighWaterMark: socket.readableHighWaterMark });
  if (noDelay) handle.settings.setNoDelay(true);
  if (keepAlive) handle.settings.setKeepAlive(true, Math.floor(keepAliveInitialDelay / 1000));
  handle.owner = socket;
  internals._peername = undefined;
  internals._sockname = undefined;
  giveHandle(socket, handle.stream);
  yieldWhenIdle(socket, socket);
  sockets.add(socket);
}

let isWarned = false;

function listen(
  server: Server,
  given: readonly unknown[],
  { direct }: Routes,
  original: (self: unknown, given: readonly unknown[]) => unknown,
): unknown {
  const { options } = listenArguments(given);
  if (isNoPort(options) || !('port' in options)) return original(server, given);
  const host: unknown = options.host ?? '';
  if (host === '') return listenOnLoopback(server, given, original);
  // What is no host, Node.js refuses in its own words.
  if (typeof host !== 'string' || direct.mayListen(host)) return original(server, given);
  const advice = `listen on 127.0.0.1, add ${host} to RX_USOCKET_DIRECT, or listen on the modem with rx-usocket/node`;
  const cause = callError('listen', 'EOPNOTSUPP', `${host} is in the network of this machine; ${advice}`);
  process.nextTick(() => server.emit('error', refusal('listen', cause)));
  return server;
}

/** Lets a server that would listen on every address listen on 127.0.0.1. */
function listenOnLoopback(
  server: Server,
  given: readonly unknown[],
  original: (self: unknown, given: readonly unknown[]) => unknown,
): unknown {
  const host = '127.0.0.1';
  if (!isWarned) {
    isWarned = true;
    const why = 'nobody in the network of this machine can connect to this program, which uses a modem';
    process.emitWarning(`A server listens on ${host} only, because ${why}.`, { code: 'RX_USOCKET_LISTEN' });
  }
  // The primary of a cluster opens the port, and has to be told.
  if (cluster.isWorker) {
    const { options, listener } = listenArguments(given);
    return original(server, [{ ...options, host }, listener]);
  }
  // Node.js looks a host up, and listens later. But without one, it listens at once, and programs ask for `server.address()`
  // at once. So the address is put in where the port is opened.
  const { _listen2: begin } = internalsOfServer(server);
  const openPort = (_address: string | null, port: number, ...others: readonly unknown[]) =>
    begin.call(server, host, port, ...others);
  return openingWith(server, openPort, () => original(server, given));
}

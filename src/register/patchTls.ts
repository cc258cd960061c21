import net from 'node:net';
import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls';

import { yieldWhenIdle } from '../node/sockets/nicSocket';
import { replace, type Routes } from './patch';

/** The part of `net` with which Node.js itself reads the arguments of `connect`. */
interface Arguments {
  _normalizeArgs(given: readonly unknown[]): [options: ConnectionOptions, listener: (() => void) | null];
}

/**
 * Sends the connections of `tls` through the modem. Without a socket, Node.js encrypts a connection of the operating system
 * that it has not opened yet. So it gets a socket of the modem to encrypt.
 */
export function patchTls({ direct, sockets }: Routes): void {
  replace(tls, 'connect', (original) => (self, given) => {
    const [options, listener] = tlsArguments(given);
    const { host, port, socket, path, timeout } = options;
    if (socket || path || direct.has(host ?? '', port)) return original(self, given);
    const { localAddress, localPort, lookup, family, hints, signal, noDelay, keepAlive, keepAliveInitialDelay } =
      options as Record<string, unknown>;
    const target = { host, port, localAddress, localPort, lookup, family, hints, signal, noDelay, keepAlive };
    const link = net.connect({ ...target, keepAliveInitialDelay } as net.TcpSocketConnectOpts);
    const secure = original(self, [{ ...options, socket: link }, ...(listener ? [listener] : [])]) as TLSSocket;
    yieldWhenIdle(link, secure);
    sockets.add(secure);
    if (timeout) secure.setTimeout(timeout);
    return secure;
  });
}

/** The arguments of `tls.connect`: `(options)`, `(port, host, options)` and shorter, each with a listener after it. */
function tlsArguments(given: readonly unknown[]): [ConnectionOptions, (() => void) | null] {
  const [options, listener] = (net as unknown as Arguments)._normalizeArgs(given);
  const more = given.slice(1, 3).find((each) => typeof each === 'object' && each !== null);
  return [Object.assign(options, more), listener];
}

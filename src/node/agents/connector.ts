import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { connect } from '../sockets/connect';
import { yieldWhenIdle } from '../sockets/nicSocket';
import type { LinkOptions } from '../links/openHandle';

/** The options of {@link connector}: those of `tls.connect` for `https:`, and how it uses its interface. */
export type ConnectorOptions = Omit<ConnectionOptions, 'host' | 'port' | 'path' | 'socket'> &
  LinkOptions & {
    /** The most milliseconds without progress until a connection is open. Default: 60 000. */
    readonly timeout?: number | undefined;
    /** Whether HTTP/2 is offered. Default: false. */
    readonly allowH2?: boolean | undefined;
  };

/** Where `undici` wants to be connected to. */
export interface ConnectorTarget {
  /** The name or the address of the host. */
  readonly hostname: string;
  /** `'http:'`, or `'https:'` for an encrypted connection. */
  readonly protocol: string;
  /** The port, or `''` for the usual one of the protocol. */
  readonly port: string;
  /** The name that the certificate has to be for. Default: `hostname`. */
  readonly servername?: string | undefined;
  /** A connection to encrypt, such as that of a proxy. */
  readonly httpSocket?: Socket | undefined;
}

/** Connects, and calls back once with the open connection or with an error. */
export type Connector = (
  target: ConnectorTarget,
  callback: (...result: [error: Error, socket: null] | [error: null, socket: Socket | TLSSocket]) => void,
) => void;

/** How many hosts have their last TLS session kept. It is the default of `https.Agent`, too. */
const mostSessions = 100;

/**
 * Makes the option `connect` of the agents of `undici`, so that `fetch` goes through a network interface.
 *
 *     import { Agent, fetch } from 'undici';
 *
 *     const dispatcher = new Agent({ connect: connector({ nic }) });
 *     const response = await fetch('https://host.example/', { dispatcher });
 *
 * Encrypted connections are encrypted on this machine, and their certificates are checked. A connection that `undici` keeps
 * and does not use is given up when another one needs its link.
 */
export function connector(given: ConnectorOptions = {}): Connector {
  const { nic, linkTimeout, halfCloseTimeout, timeout = 60_000, allowH2 = false, ...tls } = given;
  const sessions = new Map<string, Buffer>();
  const plain = (host: string, port: number) =>
    connect({ host, port, noDelay: true, keepAlive: true, nic, linkTimeout, halfCloseTimeout });

  return ({ hostname, protocol, port, servername, httpSocket }, callback) => {
    const isSecure = protocol === 'https:';
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const link = httpSocket ?? plain(host, Number(port) || (isSecure ? 443 : 80));
    const socket = isSecure ? secured(link, servername ?? host) : link;
    yieldWhenIdle(link, socket);
    const slow = () => void socket.destroy(timedOut(`${hostname}:${port}`, timeout));
    const failed = (error: Error) => callback(error, null);
    socket.setTimeout(timeout).once('timeout', slow).once('error', failed);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0).off('timeout', slow).off('error', failed);
      callback(null, socket);
    });
    return socket;
  };

  function secured(socket: Socket, name: string): TLSSocket {
    const session = sessions.get(name);
    const ALPNProtocols = allowH2 ? ['h2', 'http/1.1'] : ['http/1.1'];
    // SNI has no form for addresses.
    const servername = isIP(name) === 0 ? name : '';
    const secure = connectTls({ ALPNProtocols, servername, host: name, ...(session && { session }), ...tls, socket });
    return secure.on('session', (next: Buffer) => {
      sessions.delete(name);
      sessions.set(name, next);
      const [oldest = name] = sessions.keys();
      if (sessions.size > mostSessions) sessions.delete(oldest);
    });
  }
}

function timedOut(target: string, timeout: number): Error {
  const message = `connect ETIMEDOUT ${target}: nothing has happened for ${timeout / 1000} s`;
  return Object.assign(new Error(message), { code: 'ETIMEDOUT', syscall: 'connect' });
}

import { defer, firstValueFrom, type Observable } from 'rxjs';

import * as constants from './constants';
import { DatagramSocket } from './datagram/datagramSocket';
import { type AddressInfos, getaddrinfo$ } from './getaddrinfo';
import { inet_ntop, inet_pton } from './inet';
import type { Interfaces } from './interfaces';
import type { Nic } from './nic';
import { OSError } from './osError';
import { Socket } from './stream/socket';
import type { SocketOptions } from './stream/socketStreams';

const { AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_TCP, IPPROTO_UDP } = constants;

const kinds = [
  { type: SOCK_STREAM, proto: IPPROTO_TCP, Socket },
  { type: SOCK_DGRAM, proto: IPPROTO_UDP, Socket: DatagramSocket },
];

export interface SocketModuleOptions extends SocketOptions {
  /** The interface to use. Default: the first one registered. */
  readonly nic?: Nic;
}

/**
 * Makes the `usocket` module over a set of network interfaces.
 *
 * @see The socket document, "Methods" and "Constants".
 */
export function createSocketModule(interfaces: Interfaces) {
  function lookUp(host: string, port: number, af = 0, type = 0, proto = 0, flags = 0): Observable<AddressInfos> {
    return defer(() => getaddrinfo$(interfaces.defaultFor('getaddrinfo'), host, port, { af, type, proto, flags }));
  }

  /**
   * Makes a socket on the default interface, or on `options.nic`. `proto` 0 is the one that goes with the type.
   *
   * Throws `EAFNOSUPPORT` for a family other than `AF_INET`, `EPROTONOSUPPORT` for a type or protocol that is not
   * there, `ENODEV` when there is no interface yet.
   */
  function socket(af?: number, type?: typeof SOCK_STREAM, proto?: number, options?: SocketModuleOptions): Socket;
  function socket(af: number, type: typeof SOCK_DGRAM, proto?: number, options?: SocketModuleOptions): DatagramSocket;
  function socket(af: number, type: number, proto?: number, options?: SocketModuleOptions): Socket | DatagramSocket;
  function socket(
    af: number = AF_INET,
    type: number = SOCK_STREAM,
    proto = 0,
    options: SocketModuleOptions = {},
  ): Socket | DatagramSocket {
    if (af !== AF_INET) throw new OSError('EAFNOSUPPORT', 'socket', 'socket: only AF_INET (IPv4) is supported');
    const kind = kinds.find((entry) => entry.type === type && [0, entry.proto].includes(proto));
    if (!kind) {
      const message = `socket: there is no socket of type ${String(type)} with protocol ${String(proto)}`;
      throw new OSError('EPROTONOSUPPORT', 'socket', `${message}; use SOCK_STREAM or SOCK_DGRAM alone`);
    }
    const { nic = interfaces.defaultFor('socket'), ...socketOptions } = options;
    return new kind.Socket(nic, socketOptions);
  }

  return {
    ...constants,
    inet_ntop,
    inet_pton,
    /** The socket document: in MicroPython `error` is `OSError` itself. */
    error: OSError,

    socket,

    /** Resolves to the 5-tuples for a host and a port: see {@link getaddrinfo$}. */
    getaddrinfo(
      host: string,
      port: number,
      af?: number,
      type?: number,
      proto?: number,
      flags?: number,
    ): Promise<AddressInfos> {
      return firstValueFrom(lookUp(host, port, af, type, proto, flags));
    },

    /** The cold form of `getaddrinfo`. */
    getaddrinfo$: lookUp,
  };
}

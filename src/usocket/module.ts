import { defer, type Observable } from 'rxjs';

import { inspectableModule } from '../streams';
import type { SocketOptions } from './calls/socketOptions';
import * as constants from './contract/constants';
import { DatagramSocket } from './datagram/datagramSocket';
import { type AddressInfos, getaddrinfo$ } from './getaddrinfo';
import { inet_ntop, inet_pton } from './contract/inet';
import type { Interfaces } from './interfaces';
import type { Nic } from './contract/nic';
import { callError, OSError } from './contract/osError';
import { type Abortable, ifPromise, partOptions, promiseOf } from './contract/promiseOf';
import { Socket } from './stream/socket';

const { AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_TCP, IPPROTO_UDP } = constants;

const kinds = [
  { type: SOCK_STREAM, proto: IPPROTO_TCP, Socket },
  { type: SOCK_DGRAM, proto: IPPROTO_UDP, Socket: DatagramSocket },
];

/** Chooses the network interface of one call of the `usocket` module. */
export interface NicOption {
  /** The interface to use. Default: the first one that came up and is not lost. */
  readonly nic?: Nic | undefined;
}

type Hint = number | undefined;

/** The arguments of `getaddrinfo` behind the port: each may be left out, the options follow behind the last one. */
type Hints<O> =
  | [options?: O]
  | [af: Hint, options?: O]
  | [af: Hint, type: Hint, options?: O]
  | [af: Hint, type: Hint, proto: Hint, options?: O];

/**
 * Makes the `usocket` module over a set of network interfaces.
 *
 * @see The socket document, "Methods" and "Constants".
 */
export function createSocketModule(interfaces: Interfaces) {
  /** The cold form of `getaddrinfo`. */
  function lookUp$(
    host: string,
    port: number,
    af?: number,
    type?: number,
    proto?: number,
    flags?: number,
    options?: NicOption,
  ): Observable<AddressInfos>;
  function lookUp$(host: string, port: number, ...given: Hints<NicOption>): Observable<AddressInfos>;
  function lookUp$(host: string, port: number, ...given: (number | NicOption | undefined)[]) {
    const [[af = 0, type = 0, proto = 0, flags = 0], options] = partOptions<number, NicOption>(given);
    return defer(() => {
      const nic = options?.nic ?? interfaces.defaultFor('getaddrinfo');
      checkNic(nic, 'getaddrinfo');
      return getaddrinfo$(nic, host, port, { af, type, proto, flags });
    });
  }

  /**
   * Resolves to the 5-tuples for a host and a port: see {@link getaddrinfo$}. The last argument, behind whatever is given
   * before, says which interface is asked, and what gives the call up: `{ nic, signal }`.
   */
  function lookUp(
    host: string,
    port: number,
    af?: number,
    type?: number,
    proto?: number,
    flags?: number,
    options?: NicOption & Abortable,
  ): Promise<AddressInfos>;
  function lookUp(host: string, port: number, ...given: Hints<NicOption & Abortable>): Promise<AddressInfos>;
  function lookUp(host: string, port: number, ...given: (number | (NicOption & Abortable) | undefined)[]) {
    const [[af, type, proto, flags], options] = partOptions<number, NicOption & Abortable>(given);
    return promiseOf(lookUp$(host, port, af, type, proto, flags, options), options);
  }

  /**
   * Makes a socket on the default interface, or on `options.nic`. `proto` 0 is the one that goes with the type.
   *
   * Throws `EAFNOSUPPORT` for a family other than `AF_INET`, `EPROTONOSUPPORT` for a type or protocol that is not
   * there, `ENODEV` when there is no interface yet.
   */
  function socket(af?: number, type?: typeof SOCK_STREAM, proto?: number, options?: SocketOptions & NicOption): Socket;
  function socket(
    af: number,
    type: typeof SOCK_DGRAM,
    proto?: number,
    options?: SocketOptions & NicOption,
  ): DatagramSocket;
  function socket(
    af: number,
    type: number,
    proto?: number,
    options?: SocketOptions & NicOption,
  ): Socket | DatagramSocket;
  function socket(
    af: number = AF_INET,
    type: number = SOCK_STREAM,
    proto = 0,
    options: SocketOptions & NicOption = {},
  ): Socket | DatagramSocket {
    if (af !== AF_INET) throw callError('socket', 'EAFNOSUPPORT', 'only AF_INET (IPv4) is supported');
    const kind = kinds.find((entry) => entry.type === type && [0, entry.proto].includes(proto));
    if (!kind) {
      const reason = `there is no socket of type ${type} with protocol ${proto}; use SOCK_STREAM or SOCK_DGRAM alone`;
      throw callError('socket', 'EPROTONOSUPPORT', reason);
    }
    const { nic = interfaces.defaultFor('socket'), ...socketOptions } = options;
    checkNic(nic, 'socket');
    return new kind.Socket(nic, socketOptions);
  }

  const members = {
    ...constants,
    inet_ntop,
    inet_pton,
    /** The socket document: in MicroPython `error` is `OSError` itself. */
    error: OSError,

    socket,

    getaddrinfo: lookUp,
    getaddrinfo$: lookUp$,
  };
  return inspectableModule('usocket', members, () => ({ interfaces }));
}

function checkNic(nic: unknown, syscall: string): void {
  if (typeof nic === 'object' && nic !== null && 'openStream' in nic && 'resolve' in nic) return;
  const reason = 'nic is an interface, from network.ESP8285() or network.Host()';
  throw callError(syscall, 'EINVAL', reason + ifPromise(nic));
}

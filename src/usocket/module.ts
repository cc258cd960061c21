import { defer, type Observable } from 'rxjs';

import { inspectableModule } from '../streams/internal';
import type { SocketOptions } from './calls/socketOptions';
import { atCaller } from './contract/callerStack';
import { checkNic } from './contract/checkNic';
import * as constants from './contract/constants';
import { inet_ntop, inet_pton } from './contract/inet';
import type { Nic } from './contract/nic';
import { callError, OSError } from './contract/osError';
import { type Abortable, partOptions, promiseOf } from './contract/promiseOf';
import { DatagramSocket } from './datagram/datagramSocket';
import { type AddressInfos, resolve$ } from './getaddrinfo';
import type { Interfaces } from './interfaces';
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

/** The arguments of `getaddrinfo` after the port. Each may be left out, and the options come after the last one. */
type Hints<O> =
  | [options?: O]
  | [af: Hint, options?: O]
  | [af: Hint, type: Hint, options?: O]
  | [af: Hint, type: Hint, proto: Hint, options?: O];

/** The functions of the `usocket` module. Each can be taken out of it: `const { socket } = usocket`. */
export interface SocketFunctions {
  /**
   * Converts an address from bytes to text. IPv6 addresses get the short form of RFC 5952.
   *
   *     usocket.inet_ntop(usocket.AF_INET, Buffer.from([127, 0, 0, 1])); // '127.0.0.1'
   *
   * Throws `EINVAL` for a wrong number of bytes, and `EAFNOSUPPORT` for any family but `AF_INET` and `AF_INET6`.
   *
   * @see The socket document, `usocket.inet_ntop(af, bin_addr)`.
   */
  readonly inet_ntop: typeof inet_ntop;

  /**
   * Converts an address from text to bytes: 4 bytes for `AF_INET`, 16 bytes for `AF_INET6`.
   *
   *     usocket.inet_pton(usocket.AF_INET, '1.2.3.4'); // <01 02 03 04>
   *
   * Throws `EINVAL` for a text that is not an address, and `EAFNOSUPPORT` for any family but `AF_INET` and `AF_INET6`.
   *
   * @see The socket document, `usocket.inet_pton(af, txt_addr)`.
   */
  readonly inet_pton: typeof inet_pton;

  /** The class of all errors: `OSError` itself, as in MicroPython. */
  readonly error: typeof OSError;

  /**
   * Makes a socket: a stream socket without arguments, or a datagram socket.
   *
   *     const stream = usocket.socket();
   *     const datagrams = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
   *
   * Throws `EAFNOSUPPORT` for any family but `AF_INET`, `EPROTONOSUPPORT` for an unknown type or protocol, and `ENODEV`
   * when there is no interface.
   *
   * @param type `SOCK_STREAM` or `SOCK_DGRAM`. Default: `SOCK_STREAM`.
   * @param proto 0 is the protocol that goes with the type. Default: 0.
   * @param options.nic The interface to use. Default: the first one that came up and is not lost.
   * @param options.receiveBuffer How many bytes the socket holds for later reads. Default: 262144.
   * @param options.sendAhead Whether `send` resolves before the bytes are acknowledged. Default: false.
   * @see The socket document, `usocket.socket(af, type, proto)`.
   */
  socket(
    this: void,
    af?: number,
    type?: typeof constants.SOCK_STREAM,
    proto?: number,
    options?: SocketOptions & NicOption,
  ): Socket;
  socket(
    this: void,
    af: number,
    type: typeof constants.SOCK_DGRAM,
    proto?: number,
    options?: SocketOptions & NicOption,
  ): DatagramSocket;
  socket(
    this: void,
    af: number,
    type: number,
    proto?: number,
    options?: SocketOptions & NicOption,
  ): Socket | DatagramSocket;

  /**
   * Resolves a host and a port to what `socket()` and `connect()` need: a list of `[family, type, proto, '', address]`,
   * with stream sockets first. The interface looks up names. A numeric address is not looked up.
   *
   *     const [[, , , , address]] = await usocket.getaddrinfo('example.net', 80, 0, usocket.SOCK_STREAM);
   *
   * Rejects with `EAI_NONAME` when there is no such name, `EAI_AGAIN` when no name server has answered, `EAI_FAMILY` or
   * `EAI_SOCKTYPE` for a filter that no socket passes, `EAI_BADFLAGS` for any flag, `EINVAL` for a bad host or port, and
   * `ENODEV` when there is no interface. The `errno` of an `EAI_…` is negative.
   *
   * @param af 0 or `AF_INET`. Default: 0, which is any.
   * @param type 0, `SOCK_STREAM` or `SOCK_DGRAM`. Default: 0, which is any.
   * @param options `nic` chooses the interface, `signal` aborts the call. It may follow any of the arguments.
   * @see The socket document, `usocket.getaddrinfo(host, port, af, type, proto, flags)`.
   */
  getaddrinfo(
    this: void,
    host: string,
    port: number,
    af?: number,
    type?: number,
    proto?: number,
    flags?: number,
    options?: NicOption & Abortable,
  ): Promise<AddressInfos>;
  getaddrinfo(this: void, host: string, port: number, ...given: Hints<NicOption & Abortable>): Promise<AddressInfos>;

  /**
   * The cold form of `getaddrinfo`: an observable that asks when it is subscribed to, emits the list once and
   * completes. Unsubscribing cancels the look-up.
   */
  getaddrinfo$(
    this: void,
    host: string,
    port: number,
    af?: number,
    type?: number,
    proto?: number,
    flags?: number,
    options?: NicOption,
  ): Observable<AddressInfos>;
  getaddrinfo$(this: void, host: string, port: number, ...given: Hints<NicOption>): Observable<AddressInfos>;
}

/**
 * The `usocket` module: its functions and its constants.
 *
 * @interface
 */
export type SocketModule = SocketFunctions & typeof constants;

/**
 * Makes the `usocket` module over a set of network interfaces. Programs use the module of the package, or
 * `createModules()`.
 *
 * @see The socket document, "Methods" and "Constants".
 */
export function createSocketModule(interfaces: Interfaces): SocketModule {
  function getaddrinfo$(host: string, port: number, ...given: (number | NicOption | undefined)[]) {
    const [[af = 0, type = 0, proto = 0, flags = 0], options] = partOptions<number, NicOption>(given);
    return defer(() => {
      const nic = options?.nic ?? interfaces.defaultFor('getaddrinfo');
      checkNic(nic, 'getaddrinfo');
      return resolve$(nic, host, port, { af, type, proto, flags });
    });
  }

  function getaddrinfo(host: string, port: number, ...given: (number | (NicOption & Abortable) | undefined)[]) {
    const [, options] = partOptions<number, NicOption & Abortable>(given);
    return promiseOf(getaddrinfo$(host, port, ...given), options);
  }

  function socket(
    af: number = AF_INET,
    type: number = SOCK_STREAM,
    proto = 0,
    options: SocketOptions & NicOption = {},
  ): Socket | DatagramSocket {
    return atCaller(() => {
      const kind = kindOf(af, type, proto);
      const { nic = interfaces.defaultFor('socket'), ...socketOptions } = options;
      checkNic(nic, 'socket');
      return new kind.Socket(nic, socketOptions);
    });
  }

  const members = {
    ...constants,
    inet_ntop,
    inet_pton,
    error: OSError,
    socket: socket as SocketFunctions['socket'],
    getaddrinfo,
    getaddrinfo$,
  };
  return inspectableModule('usocket', members, () => ({ interfaces }));
}

/** Throws `EAFNOSUPPORT` or `EPROTONOSUPPORT` if there is no such socket. */
function kindOf(af: number, type: number, proto: number) {
  if (af !== AF_INET) throw callError('socket', 'EAFNOSUPPORT', 'only AF_INET (IPv4) is supported');
  const kind = kinds.find((entry) => entry.type === type && [0, entry.proto].includes(proto));
  if (kind) return kind;
  const reason = `there is no socket of type ${type} with protocol ${proto}; use SOCK_STREAM or SOCK_DGRAM alone`;
  throw callError('socket', 'EPROTONOSUPPORT', reason);
}

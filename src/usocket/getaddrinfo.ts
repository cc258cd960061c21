import { defer, map, type Observable, of } from 'rxjs';

import type { Address } from './calls/address';
import { Call } from './calls/call';
import { AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM } from './contract/constants';
import { isAddress } from './contract/inet';
import type { Nic } from './contract/nic';

/** What `socket()` and `connect()` need for one way to reach a service. */
export type AddressInfo = readonly [family: number, type: number, proto: number, canonname: string, sockaddr: Address];

/** At least one: where there is none, `getaddrinfo` fails. */
export type AddressInfos = readonly [AddressInfo, ...AddressInfo[]];

/** What may come back. Each 0 means "any". */
export interface AddressHints {
  readonly af: number;
  readonly type: number;
  readonly proto: number;
  /** No flag is known: 0. */
  readonly flags: number;
}

const protocols = [
  { type: SOCK_STREAM, proto: IPPROTO_TCP },
  { type: SOCK_DGRAM, proto: IPPROTO_UDP },
];

/**
 * Cold. Translates a host and a port to the 5-tuples that a socket needs; emits them once, stream sockets first. A
 * numeric host is translated here, a name by the interface.
 *
 * Errors: negative `errno`, as the socket document says of `getaddrinfo`: `EAI_NONAME` no such name, `EAI_AGAIN`
 * nobody could be asked, `EAI_FAMILY` and `EAI_SOCKTYPE` for a filter that nothing can pass, `EAI_BADFLAGS` for any
 * flag. `EINVAL` for a bad argument.
 *
 * @see The socket document, `usocket.getaddrinfo(host, port, af, type, proto, flags)`.
 */
export function getaddrinfo$(
  nic: Nic,
  host: string,
  port: number,
  { af, type, proto, flags }: AddressHints,
): Observable<AddressInfos> {
  return defer(() => {
    const call = new Call('getaddrinfo');
    call.checkPort(port, 0);
    checkHost(call, host);
    if (![0, AF_INET].includes(af) || isAddress(AF_INET6, host)) {
      throw call.error('EAI_FAMILY', 'only AF_INET (IPv4) is supported');
    }
    if (flags !== 0) throw call.error('EAI_BADFLAGS', `there are no flags, and ${flags} was given`);
    const wanted = protocols.filter((entry) => [0, entry.type].includes(type) && [0, entry.proto].includes(proto));
    if (wanted.length === 0) {
      throw call.error('EAI_SOCKTYPE', `no socket has type ${type} and protocol ${proto}`);
    }
    const addresses$ = isAddress(AF_INET, host)
      ? of([host])
      : nic.resolve(host).pipe(map((found) => onlyIPv4(call, host, found)));
    return addresses$.pipe(
      map((addresses) => {
        const infos: readonly AddressInfo[] = addresses.flatMap((address) =>
          wanted.map((entry): AddressInfo => [AF_INET, entry.type, entry.proto, '', [address, port]]),
        );
        return infos as AddressInfos;
      }),
    );
  });
}

/** The operating system's resolver returns IPv6 addresses, too. */
function onlyIPv4(call: Call, host: string, addresses: readonly string[]): readonly string[] {
  const usable = addresses.filter((address) => isAddress(AF_INET, address));
  if (usable.length > 0) return usable;
  throw call.error('EAI_NONAME', `${host} has no IPv4 address, and only IPv4 is supported`);
}

function checkHost(call: Call, host: string): void {
  if (typeof host === 'string' && host !== '' && !/[\s\p{Cc}]/u.test(host)) return;
  const reason = `a host is a name without blanks and control characters, not ${JSON.stringify(host)}`;
  throw call.error('EINVAL', reason);
}

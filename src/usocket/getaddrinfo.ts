import { defer, map, type Observable, of } from 'rxjs';

import type { Address } from './calls/address';
import { Call } from './calls/call';
import { AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM } from './contract/constants';
import { isAddress } from './contract/inet';
import type { Nic } from './contract/nic';

/** One way to reach a service: the arguments of `socket()`, an empty name, and the address for `connect()`. */
export type AddressInfo = readonly [family: number, type: number, proto: number, canonname: string, sockaddr: Address];

/** The result of `getaddrinfo`: at least one entry, because it fails if there is none. */
export type AddressInfos = readonly [AddressInfo, ...AddressInfo[]];

/** Filters the result: 0 means any. `flags` must be 0, because no flag is known. */
type AddressHints = Readonly<Record<'af' | 'type' | 'proto' | 'flags', number>>;

const protocols = [
  { type: SOCK_STREAM, proto: IPPROTO_TCP },
  { type: SOCK_DGRAM, proto: IPPROTO_UDP },
];

/**
 * Cold. Resolves a host and a port, and emits the result once, stream sockets first. The interface looks up names. A numeric
 * address is not looked up.
 *
 * Errors, which `createSocketModule` documents: `EAI_…` with a negative `errno`, and `EINVAL` for a bad argument.
 */
export function resolve$(
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

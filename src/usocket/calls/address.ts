import { ifPromise } from './arguments';
import { AF_INET, AF_INET6 } from '../contract/constants';
import { isAddress } from '../contract/inet';
import type { Endpoint } from '../contract/nic';
import { OSError } from '../contract/osError';

/**
 * A socket address: opaque, from `getaddrinfo`, or the short form `['192.168.1.9', 80]`.
 *
 * @see The socket document, "Socket address format": the host of the short form is numeric.
 */
export type Address = readonly [address: string, port: number];

/** Checks an address that a call was given. `EINVAL` when it is none, `EAFNOSUPPORT` for IPv6. */
export function toEndpoint(address: Address, syscall: string, lowestPort: 0 | 1 = 1): Endpoint {
  const [host, port] = Array.isArray(address) ? (address as Address) : [];
  if (typeof host !== 'string' || typeof port !== 'number') {
    const message = `${syscall}: an address is ['192.168.1.9', 80] or comes from getaddrinfo`;
    throw new OSError('EINVAL', syscall, message + ifPromise(address));
  }
  checkPort(port, syscall, lowestPort);
  if (isAddress(AF_INET6, host)) {
    throw new OSError('EAFNOSUPPORT', syscall, `${syscall}: ${host} is an IPv6 address; only IPv4 is supported`);
  }
  if (!isAddress(AF_INET, host)) {
    throw new OSError(
      'EINVAL',
      syscall,
      `${syscall}: ${JSON.stringify(host)} is no numeric address; resolve it with getaddrinfo first`,
    );
  }
  return { address: host, port };
}

/** As {@link toEndpoint}, of an address to bind to: a port of 0 is any free one, and `''` all addresses, as in Python. */
export function toLocalEndpoint(address: Address): Endpoint {
  const [host, ...rest] = Array.isArray(address) ? (address as Address) : [];
  return toEndpoint(host === '' ? ['0.0.0.0', ...(rest as [number])] : address, 'bind', 0);
}

/** An endpoint in the form that the socket module has for it. */
export function addressOf({ address, port }: Endpoint): Address {
  return [address, port];
}

/** An endpoint as text, `'192.168.1.9:80'`. */
export function endpointText(endpoint: Endpoint | undefined): string | undefined {
  return endpoint && `${endpoint.address}:${endpoint.port}`;
}

/** Checks a port number: `EINVAL` unless it is an integer from `lowest` to 65535. */
export function checkPort(port: number, syscall: string, lowest: 0 | 1): void {
  if (!Number.isInteger(port) || port < lowest || port > 65_535) {
    const message = `${syscall}: a port is an integer from ${lowest} to 65535, not ${port}`;
    throw new OSError('EINVAL', syscall, message);
  }
}

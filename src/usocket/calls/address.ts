import type { Endpoint } from '../contract/nic';

/**
 * A socket address: the opaque value that `getaddrinfo` gives, or the short form `['192.168.1.9', 80]`, whose host is a
 * numeric IPv4 address.
 *
 * @see The socket document, "Socket address format".
 */
export type Address = readonly [address: string, port: number];

/** Returns an endpoint in the form of the socket module. */
export function addressOf({ address, port }: Endpoint): Address {
  return [address, port];
}

/** Returns an endpoint as text, `'192.168.1.9:80'`. */
export function endpointText({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

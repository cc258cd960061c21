import { isDottedQuad, isLoopback } from './network';
import type { Endpoint } from './network';

/**
 * Where names and addresses lead. A key is a name (`dl.sipeed.com`) or an address (`93.184.216.34`), for one port with
 * `:443` behind it; a value is a loopback address with or without a port (`127.0.0.1:8080`, `127.0.0.1`), `refused`
 * for a host that answers no connection, or `unreachable` for one that does not answer at all.
 */
export type HostTable = Readonly<Record<string, string>>;

/** Where a connection to somewhere really goes. */
export type Route = Endpoint | 'refused' | 'unreachable';

/**
 * The modem's view of the internet. Each name of the table has an address of its own in 198.18.0.0/15, the block that is
 * reserved for tests and never routed, so that an application that resolves first and connects to the address afterwards
 * still reaches what the name is mapped to.
 */
export class Internet {
  private readonly routes = new Map<string, Route>();
  private readonly addresses = new Map<string, string>([['localhost', '127.0.0.1']]);

  constructor(hosts: HostTable) {
    for (const [key, value] of Object.entries(hosts)) this.add(key, value);
  }

  /** The address of a name (or of an address: itself), or null where nobody has heard of it. */
  resolve(name: string): string | null {
    if (isDottedQuad(name)) return name;
    return this.addresses.get(name.toLowerCase()) ?? null;
  }

  /** Where a packet for that address and port goes. Only ever to this machine. */
  route({ address, port }: Endpoint): Route {
    const route = this.routes.get(`${address}:${port}`) ?? this.routes.get(address);
    if (route !== undefined) return typeof route === 'string' ? route : { ...route, port: route.port || port };
    return isLoopback(address) ? { address, port } : 'unreachable';
  }

  /** Whether anybody is at that address who would answer a ping. */
  answers(address: string): boolean {
    if (isLoopback(address)) return true;
    for (const [key, route] of this.routes) {
      if ((key === address || key.startsWith(`${address}:`)) && route !== 'unreachable') return true;
    }
    return false;
  }

  private add(key: string, value: string): void {
    const [name = '', port] = key.toLowerCase().split(':');
    const address = isDottedQuad(name) ? name : (this.addresses.get(name) ?? this.assign(name));
    this.routes.set(port === undefined ? address : `${address}:${port}`, parseRoute(key, value));
  }

  private assign(name: string): string {
    const number = this.addresses.size;
    const address = `198.18.${number >> 8}.${number & 255}`;
    this.addresses.set(name, address);
    return address;
  }
}

function parseRoute(key: string, value: string): Route {
  if (value === 'refused' || value === 'unreachable') return value;
  const [address = '', port = '0'] = value.split(':');
  if (!isLoopback(address) || !/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new RangeError(`host ${key} must lead to 127.x.x.x[:port], refused or unreachable, not to ${value}`);
  }
  return { address, port: Number(port) };
}

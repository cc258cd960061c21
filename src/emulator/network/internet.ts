import { type Endpoint, isDottedQuad, isLoopback } from './network';

/** A host that the virtual modem can reach. */
export interface Host {
  /**
   * Where its packets really go: a loopback address with or without a port (`127.0.0.1:8080`, `127.0.0.1`). `refused`: it
   * refuses connections. `unreachable`: it does not answer at all.
   */
  readonly to: string;
  /** The address that a look-up of its name gives. Default: a different one for each name, in 198.18.0.0/15. */
  readonly address?: string;
  /** How much longer than usual a round trip to it takes, in milliseconds, up to 60000. Default 0. */
  readonly delay?: number;
}

/**
 * The hosts that a virtual modem can reach, by name (`host.example`) or address (`93.184.216.34`). With `:443` after
 * it, an entry is for one port; with `/tcp` or `/udp` after that, for one protocol. A value is a {@link Host}, or only
 * its `to`.
 *
 *     createEmulator({
 *       hosts: { 'host.example': '127.0.0.1:8080', '10.0.0.1:53/udp': { to: '127.0.0.1:5353', delay: 40 } },
 *     });
 */
export type HostTable = Readonly<Record<string, string | Host>>;

/** Where a connection really goes. */
export type Route = Endpoint | 'refused' | 'unreachable';

export type Protocol = 'tcp' | 'udp';

const protocols: readonly Protocol[] = ['tcp', 'udp'];

/** The hosts of a table, as packets find them. */
interface Places {
  readonly hosts: HostTable;
  /** By protocol and address, and by port if the key had one. */
  readonly routes: Map<string, Route>;
  /** By name. */
  readonly addresses: Map<string, string>;
  /** By address. */
  readonly delays: Map<string, number>;
}

/**
 * The internet as the modem sees it. Each name of the table has its own address: the one given for it, or one in
 * 198.18.0.0/15, a block that is reserved for tests and never routed. So an application that looks a name up and connects
 * to the address reaches what the name is mapped to.
 */
export class Internet {
  private places: Places;
  /** The addresses that were not asked for, by name. A name keeps its address when the table changes. */
  private readonly numbered = new Map<string, string>();

  /** @throws RangeError for a host that cannot be. */
  constructor(hosts: HostTable) {
    this.places = this.placesOf(hosts);
  }

  get hosts(): HostTable {
    return this.places.hosts;
  }

  /**
   * Replaces the table. Connections stay as they are.
   *
   * @throws RangeError for a host that cannot be. Then nothing has changed.
   */
  change(hosts: HostTable): void {
    this.places = this.placesOf(hosts);
  }

  /** The address of a name, or `null` if it is unknown. An address is its own name. */
  resolve(name: string): string | null {
    if (isDottedQuad(name)) return name;
    return this.places.addresses.get(name.toLowerCase()) ?? null;
  }

  /** Where a packet to that address and port goes: always to this machine. */
  route({ address, port }: Endpoint, protocol: Protocol): Route {
    const route =
      this.places.routes.get(`${protocol} ${address}:${port}`) ?? this.places.routes.get(`${protocol} ${address}`);
    if (route !== undefined) return typeof route === 'string' ? route : { ...route, port: route.port || port };
    return isLoopback(address) ? { address, port } : 'unreachable';
  }

  /** Whether the table has an entry for this place, even one that leads nowhere. */
  knows({ address, port }: Endpoint, protocol: Protocol): boolean {
    const isListed =
      this.places.routes.has(`${protocol} ${address}:${port}`) || this.places.routes.has(`${protocol} ${address}`);
    return isListed || isLoopback(address);
  }

  /** How much longer than usual a round trip to this address takes, in milliseconds. */
  delay(address: string): number {
    return this.places.delays.get(address) ?? 0;
  }

  /** Whether a host at this address answers a ping. */
  answers(address: string): boolean {
    if (isLoopback(address)) return true;
    for (const [key, route] of this.places.routes) {
      const [, at = ''] = key.split(' ');
      if ((at === address || at.startsWith(`${address}:`)) && route !== 'unreachable') return true;
    }
    return false;
  }

  /** A place for people to read: its name, if it has one, and where it leads. */
  describe({ address, port }: Endpoint, protocol: Protocol): string {
    if (isLoopback(address)) return `${address}:${port}`;
    const [name] = [...this.places.addresses].find(([, each]) => each === address) ?? [];
    const route = this.route({ address, port }, protocol);
    const where = typeof route === 'string' ? route : `${route.address}:${route.port}`;
    return `${name ?? address}:${port}, which is ${where}`;
  }

  /** The hint for a name or an address that is not in the table. */
  unknown(place: string): string {
    return (
      `the virtual modem reaches only the hosts it was given: ${this.summary}; ${place} is not one of them. ` +
      `Give it that host with hosts: { '${place}': '127.0.0.1:8080' }, or with rx-usocket emulate --host ${place}=127.0.0.1:8080`
    );
  }

  private get summary(): string {
    const names = Object.keys(this.hosts);
    return names.length === 0 ? 'none but this machine, 127.0.0.1' : names.join(', ');
  }

  private placesOf(hosts: HostTable): Places {
    const places: Places = {
      hosts,
      routes: new Map(),
      addresses: new Map([['localhost', '127.0.0.1']]),
      delays: new Map(),
    };
    for (const [key, value] of Object.entries(hosts)) {
      this.add(places, key, typeof value === 'string' ? { to: value } : value);
    }
    return places;
  }

  private add({ routes, addresses, delays }: Places, key: string, host: Host): void {
    const [, name = '', port, protocol] = /^([^:/]*)(?::(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(key.toLowerCase()) ?? [];
    if (name === '' || Number(port ?? 1) > 65_535) {
      throw new RangeError(
        `host ${key} must be a name or an address, as host.example, host.example:80 or host.example/udp`,
      );
    }
    const address = isDottedQuad(name) ? name : (wishedAddress(name, host) ?? addresses.get(name) ?? this.number(name));
    if (address !== name) addresses.set(name, address);
    const route = parseRoute(key, host.to);
    for (const each of protocols) {
      if (protocol !== undefined && protocol !== each) continue;
      routes.set(`${each} ${address}${port === undefined ? '' : `:${port}`}`, route);
    }
    if (host.delay !== undefined) delays.set(address, checkedDelay(key, host.delay));
  }

  private number(name: string): string {
    const number = this.numbered.size + 1;
    const address = this.numbered.get(name) ?? `198.18.${number >> 8}.${number & 255}`;
    this.numbered.set(name, address);
    return address;
  }
}

function checkedDelay(key: string, delay: number): number {
  if (delay >= 0 && delay <= 60_000) return delay;
  throw new RangeError(`the delay of host ${key} must be from 0 to 60000 ms, not ${delay}`);
}

function wishedAddress(name: string, { address }: Host): string | undefined {
  if (address === undefined || (isDottedQuad(address) && !isLoopback(address))) return address;
  throw new RangeError(`the address of host ${name} must be one as 192.0.2.7, and none of this machine: ${address}`);
}

function parseRoute(key: string, value: string): Route {
  if (value === 'refused' || value === 'unreachable') return value;
  const [address = '', port = '0'] = value.split(':');
  if (!isLoopback(address) || !/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    const advice = /\/(tcp|udp)$/.test(value) ? `; the protocol belongs to the name: ${key}/${value.slice(-3)}` : '';
    throw new RangeError(`host ${key} must lead to 127.x.x.x[:port], refused or unreachable, not to ${value}${advice}`);
  }
  return { address, port: Number(port) };
}

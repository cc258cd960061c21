import { BlockList, isIP } from 'node:net';

/** The networks that are always on this machine. */
const loopback = ['127.0.0.0/8', '::1/128'];
/** Every address of this machine. A connection to it goes to this machine. */
const everywhere = new Set(['', '0.0.0.0', '::']);

/**
 * The targets that are reached by the operating system and not by the modem: this machine itself, and those that the program's
 * user has listed.
 */
export class DirectTargets {
  private readonly networks = new BlockList();
  private readonly names = new Set<string>(['localhost']);
  private readonly suffixes: string[] = ['.localhost'];
  /** Whether the user has listed any. */
  readonly hasOthers: boolean;

  /** @param listed `'host,host:port,*.suffix,10.0.0.0/8'` */
  constructor(listed = '') {
    const others = listed
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== '');
    this.hasOthers = others.length > 0;
    for (const entry of [...loopback, ...others]) this.add(entry);
  }

  /** Adds a target: a name, an address, `host:port`, `*.suffix` or a network. */
  add(entry: string): void {
    const target = entry.replace(/^\[(.*)\]/, '$1');
    const [network = '', length] = target.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    // With a port, an address in brackets looks like another address without them.
    if (/^\[.*\]:/.test(entry)) this.names.add(target);
    else if (length !== undefined)
      this.addNetwork(entry, () => this.networks.addSubnet(network, Number(length), family));
    else if (isIP(network) !== 0) this.networks.addAddress(network, family);
    else if (entry.startsWith('*.')) this.suffixes.push(entry.slice(1));
    else this.names.add(target);
  }

  /** Whether a name or an address is reached directly, on any port or on this one. */
  has(host: string, port?: number): boolean {
    const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
    if (everywhere.has(name) || this.names.has(name) || this.names.has(`${name}:${port}`)) return true;
    const family = isIP(name);
    if (family === 0) return this.suffixes.some((suffix) => name.endsWith(suffix));
    // An IPv4 address in the form of IPv6 is in the networks of IPv4.
    return this.networks.check(name, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** Whether a server may listen there: on this machine alone, or where the user has listed it. */
  mayListen(host: string): boolean {
    return everywhere.has(host)
      ? this.names.has(host) || this.networks.check(host, host === '::' ? 'ipv6' : 'ipv4')
      : this.has(host);
  }

  private addNetwork(entry: string, add: () => void): void {
    try {
      add();
    } catch (cause) {
      throw new Error(`RX_USOCKET_DIRECT: ${entry} is no network; write it as 10.0.0.0/8 or fd00::/8`, { cause });
    }
  }
}

import { getServers } from 'node:dns';
import { networkInterfaces } from 'node:os';

/** As an ESP8285's `ifconfig` has it; a machine's gateway is not asked for, and it has joined no access point. */
export type HostConfig = readonly [
  ip: string,
  netmask: string,
  gateway: string,
  dns: string,
  dns2: string,
  bssid: string,
  ssid: string,
];

/** The machine's first IPv4 address that others can reach, its own loopback where there is none. */
export function hostAddress(): { readonly address: string; readonly netmask: string } | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = all.filter(({ family }) => family === 'IPv4');
  return usable.find(({ internal }) => !internal) ?? usable[0];
}

/** The machine's addresses: of its interfaces the first that others can reach, and the name servers. */
export function hostConfig(): HostConfig {
  const { address, netmask } = hostAddress() ?? { address: '0.0.0.0', netmask: '0.0.0.0' };
  const [dns = '0', dns2 = '0'] = getServers();
  return [address, netmask, '0.0.0.0', dns, dns2, '', ''];
}

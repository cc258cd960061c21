import { getServers } from 'node:dns';
import { networkInterfaces } from 'node:os';

/**
 * The result of `ifconfig`: the same seven parts as on a modem. The gateway is always `'0.0.0.0'`, because Node.js does
 * not show it, and `bssid` and `ssid` are empty. A name server that is not set is `'0'`.
 */
export type HostConfig = readonly [
  ip: string,
  netmask: string,
  gateway: string,
  dns: string,
  dns2: string,
  bssid: string,
  ssid: string,
];

/** The first IPv4 address that other machines can reach; the loopback address when there is none. */
export function hostAddress(): { readonly address: string; readonly netmask: string } | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = all.filter(({ family }) => family === 'IPv4');
  return usable.find(({ internal }) => !internal) ?? usable[0];
}

/** The machine's address, as {@link hostAddress} chooses it, and its name servers. */
export function hostConfig(): HostConfig {
  const { address, netmask } = hostAddress() ?? { address: '0.0.0.0', netmask: '0.0.0.0' };
  const [dns = '0', dns2 = '0'] = getServers();
  return [address, netmask, '0.0.0.0', dns, dns2, '', ''];
}

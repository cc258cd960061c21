import { getServers } from 'node:dns';
import { networkInterfaces } from 'node:os';

import type { InterfaceConfig } from '../usocket/contract/interfaceConfig';

/** The first IPv4 address that other machines can reach; the loopback address when there is none. */
export function hostAddress(): { readonly address: string; readonly netmask: string } | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = all.filter(({ family }) => family === 'IPv4');
  return usable.find(({ internal }) => !internal) ?? usable[0];
}

/** The machine's address, as {@link hostAddress} chooses it, and its name servers. */
export function hostConfig(): InterfaceConfig {
  const { address, netmask } = hostAddress() ?? { address: '0.0.0.0', netmask: '0.0.0.0' };
  const [dns = '0', dns2 = '0'] = getServers();
  return [address, netmask, '0.0.0.0', dns, dns2, '', ''];
}

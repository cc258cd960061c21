import type { networkInterfaces } from 'node:os';

/** The IPv4 addresses of a computer that other computers can reach. Of these only those in a network, if it is named. */
export function addressesIn(
  network: { readonly address: string; readonly netmask: string } | undefined,
  interfaces: ReturnType<typeof networkInterfaces>,
): readonly string[] {
  const all = Object.values(interfaces)
    .flatMap((addresses = []) => addresses)
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  // Old firmware does not show the mask.
  if (!network || network.netmask === '') return all;
  const { address, netmask } = network;
  return all.filter((own) => partOf(own, netmask) === partOf(address, netmask));
}

/** The part of an address that all addresses of its network have. */
function partOf(address: string, netmask: string): string {
  const mask = numbersOf(netmask);
  return numbersOf(address)
    .map((byte, index) => byte & (mask[index] ?? 0))
    .join('.');
}

const numbersOf = (address: string): readonly number[] => address.split('.').map(Number);

import type { Nic } from '../usocket/contract/nic';
import { LinkShare } from './linkShare';

/** An entry goes with its interface, so two interfaces share nothing. */
const shares = new WeakMap<Nic, LinkShare>();

/** What the connections of an interface share. */
export function shareOf(nic: Nic): LinkShare {
  const share = shares.get(nic) ?? new LinkShare(nic);
  shares.set(nic, share);
  return share;
}

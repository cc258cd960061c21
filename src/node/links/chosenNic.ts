import { programInterfaces } from '../../programInterfaces';
import { checkNic } from '../../usocket/contract/checkNic';
import type { Nic } from '../../usocket/contract/nic';

/** The interface of a call. Throws `ENODEV` when the program has no interface, and `EINVAL` for a `nic` that is none. */
export function chosenNic(syscall: string, nic: Nic = programInterfaces.defaultFor(syscall)): Nic {
  checkNic(nic, syscall);
  return nic;
}

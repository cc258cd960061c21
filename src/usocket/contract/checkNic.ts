import { callError } from './osError';
import { ifPromise } from './promiseOf';

/** Throws `EINVAL` for an option `nic` that is no interface, such as the promise of one. */
export function checkNic(nic: unknown, syscall: string): void {
  if (typeof nic === 'object' && nic !== null && 'openStream' in nic && 'resolve' in nic) return;
  const reason = 'nic is an interface, from network.ESP8285() or network.Host()';
  throw callError(syscall, 'EINVAL', reason + ifPromise(nic));
}

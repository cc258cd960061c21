import { createNetworkModule } from './network';
import { createSocketModule, Interfaces } from './usocket';

/**
 * Makes `network` and `usocket` anew, with interfaces of their own: the default interface of one pair is nothing to another.
 * For programs that are several in one process, and for tests.
 *
 *     const { network, usocket } = createModules();
 *     network.Host();
 *     const sock = usocket.socket(); // on that interface, whatever the package's own `network` has
 */
export function createModules() {
  const interfaces = new Interfaces();
  return { network: createNetworkModule(interfaces), usocket: createSocketModule(interfaces) };
}

import { createNetworkModule } from './network';
import { createSocketModule, Interfaces } from './usocket';

/**
 * Makes a `network` and a `usocket` module of their own. An interface of one such pair is never the default interface of
 * another pair. It is for several programs in one process, and for tests.
 *
 *     const { network, usocket } = createModules();
 *     network.Host();
 *     const sock = usocket.socket(); // on that interface, not on one of the package's own `network`
 */
export function createModules() {
  const interfaces = new Interfaces();
  return {
    /** Makes interfaces, which only the `usocket` beside it uses by default. */
    network: createNetworkModule(interfaces),
    /** Makes sockets, by default on the first interface of the `network` beside it. */
    usocket: createSocketModule(interfaces),
  };
}

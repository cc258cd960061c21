import { createNetworkModule, type NetworkModule, type NetworkOptions } from './network';
import { createSocketModule, Interfaces, type SocketModule } from './usocket';

/** A `network` and a `usocket` module that belong together. */
export interface Modules {
  /** Makes interfaces. They are the default interfaces of the `usocket` beside it only. */
  readonly network: NetworkModule;
  /** Makes sockets, by default on the first interface of the `network` beside it. */
  readonly usocket: SocketModule;
}

/**
 * Makes a `network` and a `usocket` module of their own. An interface of one such pair is never the default interface of
 * another pair. It is for several programs in one process, and for tests.
 *
 *     const { network, usocket } = createModules();
 *     network.Host();
 *     const sock = usocket.socket(); // on that interface, not on one of the package's own `network`
 */
export function createModules(options: NetworkOptions = {}): Modules {
  return modulesOver(new Interfaces(), options);
}

/** Makes the modules of these interfaces. */
export function modulesOver(interfaces: Interfaces, options: NetworkOptions = {}): Modules {
  return { network: createNetworkModule(interfaces, options), usocket: createSocketModule(interfaces) };
}

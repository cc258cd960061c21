import type { Observable } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Command } from '../commands/command';
import { catalogueOf } from '../commands/catalogue';
import type { Dialect } from '../commands/dialect';
import { withCommandError } from '../executor/commandError';
import { sequence } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { requireNamesAndClock } from './requireNamesAndClock';

/** Name servers that every firmware has places for. */
const mostNameServers = 2;
/** What stands for "no name server" in `InterfaceConfig`, and in other ports of MicroPython. */
const none = ['0', '0.0.0.0', ''];

/**
 * An address set by hand, as MicroPython has it; one or two name servers may follow, and what `ifconfig()` gives behind
 * them is passed over.
 */
export type StaticConfig = readonly [ip: string, netmask: string, gateway: string, ...more: string[]];

/** The same by name. */
export interface AddressPlan {
  readonly ip: string;
  readonly netmask: string;
  readonly gateway: string;
  /** None: the modem's own stay. */
  readonly nameServers: readonly string[];
}

/** Throws `EINVAL` for what is no configuration; what are no addresses is told by {@link setAddress}. */
export function addressPlanOf(config: StaticConfig): AddressPlan {
  const isConfig: boolean = Array.isArray(config) && config.length >= 3;
  if (!isConfig) {
    const message = "ifconfig: a configuration is [ip, netmask, gateway] or [ip, netmask, gateway, dns], or 'dhcp'";
    throw new OSError('EINVAL', 'ifconfig', `${message}; nothing was sent`);
  }
  const [ip, netmask, gateway, ...more] = config;
  const nameServers = more.slice(0, mostNameServers).filter((server) => !none.includes(server));
  return { ip, netmask, gateway, nameServers };
}

/**
 * Gives the modem an address, and DHCP up.
 *
 * Throws `EINVAL` for what is no IPv4 address, `EOPNOTSUPP` for name servers where the firmware takes none. Errors:
 * `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
 */
export function setAddress(
  executor: Executor,
  dialect: Dialect,
  { ip, netmask, gateway, nameServers }: AddressPlan,
): Observable<void> {
  const catalogue = catalogueOf(dialect);
  // The order of `AT+CIPSTA` is not the order of `ifconfig`.
  const commands = [catalogue.address(ip, gateway, netmask)];
  if (nameServers.length > 0) {
    commands.push(catalogue.nameServers(nameServers));
    requireNamesAndClock(dialect, 'ifconfig');
  }
  return run(executor, commands);
}

/**
 * Has the modem ask for its address again. Errors: `ETIMEDOUT` when it does not answer, `EIO` when it refuses.
 *
 * @param nameServersToo Name servers have been set by hand, and are to come from DHCP, too.
 */
export function useDhcp(executor: Executor, dialect: Dialect, nameServersToo: boolean): Observable<void> {
  const { dhcp, nameServersByDhcp } = catalogueOf(dialect);
  return run(executor, nameServersToo ? [dhcp, nameServersByDhcp] : [dhcp]);
}

function run(executor: Executor, commands: readonly Command[]): Observable<void> {
  return executor.run(sequence(commands)).pipe(withCommandError('ifconfig'));
}

import { concatMap, map, type Observable } from 'rxjs';

import type { Catalogue } from '../commands/catalogue';
import { firstMatch } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { accessPoint } from './accessPoint';

/**
 * As MaixPy has it. The name servers are those that have been set by `ifconfig(config)`, and `'0'`, as MaixPy has it,
 * where there are none: the firmware does not tell which of its own it asks.
 */
export type InterfaceConfig = readonly [
  ip: string,
  netmask: string,
  gateway: string,
  dns: string,
  dns2: string,
  bssid: string,
  ssid: string,
];

/**
 * Asks for the modem's addresses and its access point; the last two are empty when it has joined none.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses.
 *
 * @param nameServers Those that have been set.
 */
export function ifconfig(
  executor: Executor,
  catalogue: Catalogue,
  [dns = '0', dns2 = '0']: readonly string[],
): Observable<InterfaceConfig> {
  const addresses$ = executor.run(simpleExchange(catalogue.askAddresses));
  return addresses$.pipe(
    concatMap((addresses) =>
      accessPoint(executor, catalogue).pipe(
        map((joined): InterfaceConfig => {
          const [ip, netmask, gateway] = ['ip', 'netmask', 'gateway'].map((name) => addressOf(addresses, name));
          return [ip ?? '', netmask ?? '', gateway ?? '', dns, dns2, joined?.bssid ?? '', joined?.ssid ?? ''];
        }),
      ),
    ),
    withCommandError('ifconfig'),
  );
}

/** `+CIPSTA_CUR:ip:"192.168.1.5"` */
function addressOf(lines: readonly string[], name: string): string | undefined {
  const line = new RegExp(`^\\+CIPSTA(?:_CUR)?:${name}:"([^"]*)"`);
  return firstMatch(lines, line)?.[1];
}

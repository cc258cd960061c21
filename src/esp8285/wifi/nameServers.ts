import { catchError, concat, filter, map, type Observable, of, take } from 'rxjs';

import { AF_INET } from '../../usocket/contract/constants';
import { isAddress } from '../../usocket/contract/inet';
import type { Catalogue } from '../commands/catalogue';
import type { Command } from '../commands/command';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** What the firmware asks where the network names none. */
const firmwaresOwn = '208.67.222.222';

/**
 * Asks which name servers the modem has, and emits one or more. Firmware before AT 1.4 does not tell: then the gateway is
 * asked, which answers in most small networks, and the firmware's own.
 */
export function nameServers(
  executor: Executor,
  { askNameServers, askAddresses }: Catalogue,
): Observable<readonly string[]> {
  const named = (command: Command, pattern: RegExp) =>
    executor.run(simpleExchange(command)).pipe(
      map((lines) => lines.filter((line) => pattern.test(line)).flatMap(addressesIn)),
      catchError(() => of([])),
    );
  return concat(
    named(askNameServers, /^\+CIPDNS/),
    named(askAddresses, /^\+CIPSTA[^:]*: *gateway/).pipe(map((gateways) => [...gateways, firmwaresOwn])),
  ).pipe(
    filter((servers) => servers.length > 0),
    take(1),
  );
}

/** `+CIPDNS_CUR:192.168.1.1`, one line for each, or `+CIPDNS:1,"192.168.1.1","192.168.1.2"`. */
function addressesIn(line: string): readonly string[] {
  const found = line.match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
  return found.filter((address) => isAddress(AF_INET, address) && address !== '0.0.0.0');
}

import { catchError, concatMap, map, type Observable, of, throwError } from 'rxjs';

import type { Catalogue } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { commandError } from '../executor/commandError';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** Milliseconds. */
const queryDeadline = 5_000;

/** As MaixPy has it; the two `'0'` stand where other ports have name servers. */
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
 */
export function ifconfig(executor: Executor, catalogue: Catalogue): Observable<InterfaceConfig> {
  const addresses$ = executor.run(simpleExchange(catalogue.askAddresses, queryDeadline));
  const accessPoint$ = executor.run(simpleExchange(catalogue.askAccessPoint, queryDeadline)).pipe(
    // ESP-AT may answer ERROR when there is none.
    catchError((error: unknown) => (error instanceof Refusal ? of([]) : throwError(() => error))),
  );
  return addresses$.pipe(
    concatMap((addresses) =>
      accessPoint$.pipe(
        map((lines): InterfaceConfig => {
          const { ssid, bssid } = accessPointOf(lines);
          const [ip, netmask, gateway] = ['ip', 'netmask', 'gateway'].map((name) => addressOf(addresses, name));
          return [ip ?? '', netmask ?? '', gateway ?? '', '0', '0', bssid, ssid];
        }),
      ),
    ),
    catchError((cause: unknown) => throwError(() => commandError('ifconfig', cause))),
  );
}

/** `+CIPSTA_CUR:ip:"192.168.1.5"` */
function addressOf(lines: readonly string[], name: string): string | undefined {
  const line = new RegExp(`^\\+CIPSTA(?:_CUR)?:${name}:"([^"]*)"`);
  return lines.map((text) => line.exec(text)?.[1]).find((found) => found !== undefined);
}

/** `+CWJAP_CUR:"my "net"","aa:bb:cc:dd:ee:ff",6,-52`: the name is printed as it is, quotes and commas included. */
function accessPointOf(lines: readonly string[]): { ssid: string; bssid: string } {
  const line = /^\+CWJAP(?:_CUR)?:"(.*)","([\da-fA-F:]{17})",/;
  const [, ssid = '', bssid = ''] = lines.map((text) => line.exec(text)).find((found) => found !== null) ?? [];
  return { ssid, bssid };
}

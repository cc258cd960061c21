import { map, type Observable, of } from 'rxjs';

import type { Catalogue } from '../commands/catalogue';
import { firstMatch, ifRefused } from '../executor/answer';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** The access point that the modem has joined. */
export interface AccessPoint {
  readonly ssid: string;
  readonly bssid: string;
  /** Signal strength in dBm. */
  readonly rssi: number;
}

/** Asks for the access point; emits `undefined` when the modem has joined none. */
export function accessPoint(executor: Executor, catalogue: Catalogue): Observable<AccessPoint | undefined> {
  return executor.run(simpleExchange(catalogue.askAccessPoint)).pipe(
    // ESP-AT may answer ERROR when there is none.
    ifRefused(of([])),
    map(accessPointOf),
  );
}

/** `+CWJAP_CUR:"my "net"","aa:bb:cc:dd:ee:ff",6,-52`: the name is printed as it is, quotes and commas included. */
function accessPointOf(lines: readonly string[]): AccessPoint | undefined {
  const line = /^\+CWJAP(?:_CUR)?:"(.*)","([\da-fA-F:]{17})",\d+,(-?\d+)/;
  const [, ssid, bssid, rssi] = firstMatch(lines, line) ?? [];
  return ssid === undefined || bssid === undefined ? undefined : { ssid, bssid, rssi: Number(rssi) };
}

import { map, type Observable, of } from 'rxjs';

import type { Catalogue } from '../commands/catalogue';
import { firstMatch } from '../commands/answerLines';
import { ifRefused, Refusal } from '../executor/answer';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';

/** The access point that the modem has joined. */
export interface AccessPoint {
  readonly ssid: string;
  /** `undefined` where old firmware does not tell. */
  readonly bssid: string | undefined;
  /** Signal strength in dBm; `undefined` where old firmware does not tell. */
  readonly rssi: number | undefined;
}

/**
 * Asks for the access point; emits `undefined` when the modem has joined none. Errors with a `Refusal` that shows the
 * answer where that cannot be understood.
 */
export function accessPoint(executor: Executor, { askAccessPoint }: Catalogue): Observable<AccessPoint | undefined> {
  return executor.run(simpleExchange(askAccessPoint)).pipe(
    // ESP-AT may answer ERROR when there is none.
    ifRefused(of([])),
    map((lines) => {
      const found = accessPointOf(lines);
      if (found || !lines.some((line) => line.startsWith('+CWJAP'))) return found;
      throw Refusal.without('an access point', askAccessPoint.shown, lines);
    }),
  );
}

// `+CWJAP_CUR:"my "net"","aa:bb:cc:dd:ee:ff",6,-52,0`: the name is printed as it is, quotes and commas included, so it ends
// where what follows can be read to the end. AT before 0.21 gives the name alone, other makers the name and the address.
const forms = [
  /^\+CWJAP(?:_CUR|_DEF)?: *"(?<ssid>.*)" *, *"?(?<bssid>(?:[\da-f]{2}:){5}[\da-f]{2})"? *, *\d+ *, *(?<rssi>-?\d+)(?: *,[^"]*)?$/i,
  /^\+CWJAP(?:_CUR|_DEF)?: *"(?<ssid>.*)" *, *"?(?<bssid>(?:[\da-f]{2}:){5}[\da-f]{2})"?(?: *,[^"]*)?$/i,
  /^\+CWJAP(?:_CUR|_DEF)?: *"(?<ssid>.*)"(?: *,[^"]*)?$/,
];

function accessPointOf(lines: readonly string[]): AccessPoint | undefined {
  const found = forms.map((form) => firstMatch(lines, form)?.groups).find(Boolean);
  const ssid = found?.['ssid'];
  if (ssid === undefined) return undefined;
  const rssi = found?.['rssi'];
  return { ssid, bssid: found?.['bssid'], rssi: rssi === undefined ? undefined : Number(rssi) };
}

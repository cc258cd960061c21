import { map, type Observable, of } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from '../commands/answerLines';
import { ifRefused, Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import type { Session } from '../executor/session';

/** The access point that the modem has joined. */
export interface AccessPoint {
  readonly ssid: string;
  /** `undefined` if old firmware does not show it. */
  readonly bssid: string | undefined;
  /** Signal strength in dBm; `undefined` if old firmware does not show it. */
  readonly rssi: number | undefined;
}

/**
 * Asks for the access point, and emits `undefined` when the modem has joined none. If the answer cannot be understood,
 * errors with a `Refusal` that shows it.
 */
export function accessPoint(up: Session): Observable<AccessPoint | undefined> {
  const { askAccessPoint } = up.commands;
  return up.ask(askAccessPoint).pipe(
    // ESP-AT may answer ERROR when there is none.
    ifRefused(of([])),
    map((lines) => {
      const found = accessPointOf(lines);
      if (found || !lines.some((line) => line.startsWith('+CWJAP'))) return found;
      throw Refusal.without('an access point', askAccessPoint.shown, lines);
    }),
  );
}

/**
 * Asks for the signal strength of the access point, and emits it in dBm.
 *
 * Errors: `ENOTCONN` when the modem has joined none, `EOPNOTSUPP` when the firmware does not show it, `ETIMEDOUT`,
 * `EIO`.
 */
export function rssi(up: Session): Observable<number> {
  return accessPoint(up).pipe(
    map((joined) => {
      if (joined?.rssi !== undefined) return joined.rssi;
      throw joined
        ? new OSError('EOPNOTSUPP', 'rssi', "rssi: the modem's firmware does not tell how strong the signal is")
        : new OSError('ENOTCONN', 'rssi', 'rssi: the modem has joined no network; call nic.connect(ssid, key)');
    }),
    withCommandError('rssi'),
  );
}

// `+CWJAP_CUR:"my "net"","aa:bb:cc:dd:ee:ff",6,-52,0`: the name is printed without escapes, quotes and commas included,
// so it ends where the rest can be parsed to the end. AT before 0.21 gives only the name, and other makers the name and
// the address.
const answerForms = [
  /^\+CWJAP(?:_CUR|_DEF)?: *"(?<ssid>.*)" *, *"?(?<bssid>(?:[\da-f]{2}:){5}[\da-f]{2})"? *, *\d+ *, *(?<rssi>-?\d+)(?: *,[^"]*)?$/i,
  /^\+CWJAP(?:_CUR|_DEF)?: *"(?<ssid>.*)" *, *"?(?<bssid>(?:[\da-f]{2}:){5}[\da-f]{2})"?(?: *,[^"]*)?$/i,
  /^\+CWJAP(?:_CUR|_DEF)?: *"(?<ssid>.*)"(?: *,[^"]*)?$/,
];

function accessPointOf(lines: readonly string[]): AccessPoint | undefined {
  const found = answerForms.map((form) => firstMatch(lines, form)?.groups).find(Boolean);
  const ssid = found?.['ssid'];
  if (ssid === undefined) return undefined;
  const rssi = found?.['rssi'];
  return { ssid, bssid: found?.['bssid'], rssi: rssi === undefined ? undefined : Number(rssi) };
}

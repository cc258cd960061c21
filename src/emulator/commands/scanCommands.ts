import { concat, type Observable, of } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import type { AccessPointReport } from '../network/accessPoint';
import type { Call, Command } from './command';

type Filter = (ap: AccessPointReport) => boolean;

function scan(modem: Modem, isWanted: Filter = () => true): Observable<Print> {
  const { station, memory, personality, delays } = modem;
  const { mode, scanMask, scanSorted } = memory.settings;
  if ((mode & 1) === 0) throw new Refusal('', errorCode.failed);
  const seen = station.scan().filter(isWanted);
  // The strongest first, unless `CWLAPOPT` says otherwise.
  const listed = scanSorted ? seen.slice().sort((one, other) => other.rssi - one.rssi) : seen;
  const shown = (fields: readonly string[]): string =>
    fields.filter((_, bit) => (scanMask & (1 << bit)) !== 0).join(',');
  return concat(delays.after('scan'), of(...listed.map((ap) => `+CWLAP:(${shown(personality.scanFields(ap))})\r\n`)));
}

/** A scan for a name, an address or a channel; each may be left out. How to scan has no effect here. */
function scanFor(modem: Modem, { args }: Call): Observable<Print> {
  args.limit(6);
  const ssid = args.has(0) ? args.text(0, 32) : undefined;
  const bssid = args.has(1) ? args.text(1, 17).toLowerCase() : undefined;
  const channel = args.has(2) ? args.number(2, 1, 14) : undefined;
  if (args.has(3)) args.flag(3);
  for (const time of [4, 5]) if (args.has(time)) args.number(time, 0, 1500);
  return scan(
    modem,
    (ap) => (ssid ?? ap.ssid) === ap.ssid && (bssid ?? ap.bssid) === ap.bssid && (channel ?? ap.channel) === ap.channel,
  );
}

function setOptions({ memory, personality }: Modem, { args }: Call): undefined {
  const scanSorted = args.flag(0);
  const most = personality.family === 'N' ? 0x7f : 0x7ff;
  Object.assign(memory.settings, { scanSorted, scanMask: args.number(1, 0, most) });
  args.limit(personality.family === 'N' ? 2 : 4);
}

/** Scans for networks. */
export const scanCommands: readonly Command[] = [
  { name: '+CWLAP', run: (modem) => scan(modem), set: scanFor },
  { name: '+CWLAPOPT', set: setOptions },
];

import { concat, defer, EMPTY, type Observable, of, throwError } from 'rxjs';

import type { Call, Command, Context } from './command';
import type { Print } from '../line/output';
import type { AccessPointReport } from '../firmware/personality';
import { Refusal, errorCode } from '../firmware/refusal';

type Filter = (ap: AccessPointReport) => boolean;

function scan(context: Context, isWanted: Filter = () => true): Observable<Print> {
  const { station, memory, personality, delays } = context;
  const { mode, scanMask, scanSorted } = memory.settings;
  if ((mode & 1) === 0) return throwError(() => new Refusal('', errorCode.failed));
  const seen = station.scan().filter(isWanted);
  // Strongest first, unless it was told otherwise.
  const listed = scanSorted ? seen.slice().sort((one, other) => other.rssi - one.rssi) : seen;
  const shown = (fields: readonly string[]): string =>
    fields.filter((_, bit) => (scanMask & (1 << bit)) !== 0).join(',');
  return concat(delays.after('scan'), of(...listed.map((ap) => `+CWLAP:(${shown(personality.scanFields(ap))})\r\n`)));
}

/** Name, address and channel, each of which may be left out; how to scan is nothing to us. */
function scanFor(context: Context, { args }: Call): Observable<Print> {
  return defer(() => {
    args.limit(6);
    const ssid = args.has(0) ? args.text(0, 32) : undefined;
    const bssid = args.has(1) ? args.text(1, 17).toLowerCase() : undefined;
    const channel = args.has(2) ? args.number(2, 1, 14) : undefined;
    if (args.has(3)) args.flag(3);
    for (const time of [4, 5]) if (args.has(time)) args.number(time, 0, 1500);
    return scan(
      context,
      (ap) =>
        (ssid ?? ap.ssid) === ap.ssid && (bssid ?? ap.bssid) === ap.bssid && (channel ?? ap.channel) === ap.channel,
    );
  });
}

function setOptions({ memory, personality }: Context, { args }: Call): Observable<never> {
  return defer(() => {
    const scanSorted = args.flag(0);
    const most = personality.family === 'N' ? 0x7f : 0x7ff;
    Object.assign(memory.settings, { scanSorted, scanMask: args.number(1, 0, most) });
    args.limit(personality.family === 'N' ? 2 : 4);
    return EMPTY;
  });
}

/** What is in the air. */
export const scanCommands: readonly Command[] = [
  { name: '+CWLAP', run: (context) => scan(context), set: scanFor },
  { name: '+CWLAPOPT', set: setOptions },
];

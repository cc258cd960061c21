import { defer, filter, ignoreElements, map, merge, type Observable, take, tap } from 'rxjs';

import { common } from '../commands/catalogue';
import { isUtf8 } from '../commands/isUtf8';
import { Refusal } from '../executor/answer';
import { withCommandError } from '../executor/commandError';
import { askAtLength, type Exchange, simpleExchange } from '../executor/exchange';
import type { Session } from '../executor/session';

/** The properties of a network besides its name, as far as the firmware shows them. */
interface Details {
  readonly encryption: number | undefined;
  readonly rssi: number | undefined;
  readonly bssid: string | undefined;
  readonly channel: number | undefined;
}

/**
 * A network in range. It is the text that the modem prints, as in MaixPy, `3,"my-ssid",-40,"aa:bb:cc:dd:ee:ff",6,…`,
 * with its parts as properties. It is a `String`, so that programs that cut the text still work.
 *
 *     for (const network of await nic.scan()) {
 *       console.log(`${network}`, network.ssid, network.rssi);
 *     }
 *
 * A name consists of bytes in an unknown encoding. If it is not UTF-8, give `ssidBytes` to `nic.connect`.
 */
export class FoundNetwork extends String {
  /** The name, read as UTF-8. */
  readonly ssid: string;
  /** The bytes of the name, at most 32; `nic.connect` accepts them as well. */
  readonly ssidBytes: Buffer;
  /**
   * 0 for an open network, 1 WEP, 2 WPA, 3 WPA2, 4 WPA or WPA2; newer firmware has more. `undefined` if the firmware
   * does not show it.
   */
  readonly encryption: number | undefined;
  /** Signal strength in dBm; `undefined` if the firmware does not show it. */
  readonly rssi: number | undefined;
  /** The access point's hardware address, `'aa:bb:cc:dd:ee:ff'`; `undefined` if the firmware does not show it. */
  readonly bssid: string | undefined;
  /** The radio channel of the access point, 1 to 14; `undefined` if the firmware does not show it. */
  readonly channel: number | undefined;

  constructor(text: string, ssidBytes: Buffer, { encryption, rssi, bssid, channel }: Details) {
    super(text);
    this.ssid = ssidBytes.toString();
    this.ssidBytes = ssidBytes;
    this.encryption = encryption;
    this.rssi = rssi;
    this.bssid = bssid?.toLowerCase();
    this.channel = channel;
  }

  /** Whether the name is UTF-8, so that `nic.connect(ssid)` finds the network. */
  get isText(): boolean {
    return isUtf8(this.ssidBytes);
  }
}

/** Milliseconds. The modem listens on each channel for a while. */
const scanDeadline = 10_000;

/**
 * Looks for networks, and emits them as {@link FoundNetwork}s.
 *
 * Errors: `ETIMEDOUT` when the modem does not answer, `EIO` when it refuses or its answer cannot be understood.
 */
export function scan(up: Session): Observable<readonly FoundNetwork[]> {
  return up.run(scanExchange()).pipe(withCommandError('scan'));
}

function scanExchange(): Exchange<readonly FoundNetwork[]> {
  const exchange = simpleExchange(common.scan, scanDeadline, askAtLength);
  return {
    ...exchange,
    converse: (wire) =>
      defer(() => {
        const bytesOf = new Map<string, Buffer>();
        // The answer has its lines as text, but a name may be any bytes.
        const listening$ = wire.frames$.pipe(
          filter((frame) => frame.kind === 'line'),
          tap(({ text, bytes }) => bytes && bytesOf.set(text, bytes)),
          ignoreElements(),
        );
        return merge(listening$, exchange.converse(wire)).pipe(
          take(1),
          map((lines) => networksOf(lines, bytesOf)),
        );
      }),
  };
}

function networksOf(lines: readonly string[], bytesOf: ReadonlyMap<string, Buffer>): readonly FoundNetwork[] {
  const named = lines.filter((line) => line.startsWith('+CWLAP:'));
  const found = named
    .map((line) => foundNetworkOf(bytesOf.get(line) ?? Buffer.from(line)))
    .filter((network) => network !== undefined);
  // A damaged line is one network less. If no line can be read, the format is unknown.
  if (named.length > 0 && found.length === 0)
    throw Refusal.without('a network that can be read', common.scan.shown, named);
  return found;
}

/**
 * The fields in the parentheses. A name is printed without escapes, quotes and commas included (esp-at issues 256,
 * 290), so it ends at the last quote after which the line can be parsed to its end. Older firmware, `AT+CWLAPOPT`, and
 * builds of other makers leave fields out; newer firmware adds some.
 */
const entryForms = [
  /^(?:(?<encryption>\d+) *, *)?"(?<ssid>.*)" *, *(?<rssi>-?\d+) *, *"?(?<bssid>(?:[\da-f]{2}:){5}[\da-f]{2})"?(?: *, *(?<channel>\d+))?(?: *,[^"]*)?$/i,
  /^(?:(?<encryption>\d+) *, *)?"(?<ssid>.*)" *, *"?(?<bssid>(?:[\da-f]{2}:){5}[\da-f]{2})"?(?: *, *(?<channel>\d+))?(?: *,[^"]*)?$/i,
  /^(?:(?<encryption>\d+) *, *)?"(?<ssid>.*)"(?: *, *(?<rssi>-?\d+))?(?: *,[^"]*)?$/,
];

/**
 * Reads one line of the answer to `AT+CWLAP`.
 *
 * @param bytes The line, without its end.
 * @returns `undefined` for another line, or one that cannot be understood.
 */
export function foundNetworkOf(bytes: Buffer): FoundNetwork | undefined {
  // One character for each byte.
  const [, fields] = /^\+CWLAP: *\(?(.*?)\)? *$/.exec(bytes.toString('latin1')) ?? [];
  if (fields === undefined) return undefined;
  const found = entryForms.map((form) => form.exec(fields)?.groups).find(Boolean);
  const ssid = found?.['ssid'];
  if (ssid === undefined) return undefined;
  return new FoundNetwork(Buffer.from(fields, 'latin1').toString(), Buffer.from(plain(ssid), 'latin1'), {
    bssid: found?.['bssid'],
    encryption: numberOf(found?.['encryption']),
    rssi: numberOf(found?.['rssi']),
    channel: numberOf(found?.['channel']),
  });
}

/** Espressif's firmware escapes nothing. A build that escapes does so with every quote and comma. */
function plain(ssid: string): string {
  const isEscaped = /\\[",]/.test(ssid) && /^(?:[^\\",]|\\[\\",])*$/.test(ssid);
  return isEscaped ? ssid.replace(/\\(.)/g, '$1') : ssid;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

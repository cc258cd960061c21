import { asyncScheduler, type SchedulerLike } from 'rxjs';

import type { ScheduledFault } from '../simulation/faults';
import type { HostTable } from '../network/internet';
import { type Latencies, realisticLatencies } from '../simulation/latencies';
import type { Network } from '../network/network';
import { firmwareVersions } from './personalities';
import type { FirmwareVersion } from './personality';
import { socketsNetwork } from '../network/socketsNetwork';

/** A Wi-Fi network in reach of the virtual modem. */
export interface AccessPoint {
  /** Up to 32 bytes; a name that is not UTF-8 is given as bytes. */
  readonly ssid: string | Uint8Array;
  /** 8 to 63 bytes, or 64 hexadecimal digits; with `ecn: 1`, WEP, 5 or more. Empty or left out: an open network. */
  readonly key?: string | Uint8Array;
  readonly bssid?: string;
  readonly channel?: number;
  /** dBm. */
  readonly rssi?: number;
  /** 0 open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA and WPA2; 3 for a network with a key. */
  readonly ecn?: number;
  /** The code of `+CWJAP:` for a wrong key: 2, or what some routers make of it. */
  readonly wrongKeyCode?: 1 | 2 | 4;
  /** Joining fails with this code whatever the key: 1 silent access point, 4 refused by it. */
  readonly fails?: 1 | 4;
  /** Milliseconds from the join to `WIFI CONNECTED`, not scaled. Default: as {@link Latencies.join}. */
  readonly association?: number;
  /**
   * Milliseconds until DHCP has given an address, not scaled; `false`: the network has no DHCP server. Default: as
   * {@link Latencies.address}.
   */
  readonly dhcp?: boolean | number;
  /** What DHCP gives the station; `192.168.1.50` in a network of 24 bits whose gateway is `.1`. */
  readonly address?: string;
}

export interface EmulatorOptions {
  /** Default `1.7.4`. */
  readonly firmware?: FirmwareVersion;
  /** Bits per second of the line, which is paced to it in both directions; 0 or left out: as fast as possible. */
  readonly baud?: number;
  /** The networks in the air. Default: one, `my-ssid` with key `my-password`. */
  readonly accessPoints?: readonly AccessPoint[];
  /** An access point saved in the flash, joined at start. */
  readonly stored?: Pick<AccessPoint, 'ssid' | 'key'>;
  /** Where names and addresses lead; whatever is not here and not loopback is unreachable. */
  readonly hosts?: HostTable;
  /** Ports of this machine that stand in for the modem's own listening and UDP ports; 0: any free one. */
  readonly ports?: Readonly<Record<number, number>>;
  /** Whence all chance comes. Default 1. */
  readonly seed?: number;
  /** Scales all latencies: 0 for none, 1 (the default) for realistic ones. */
  readonly latency?: number;
  /** Latencies that are not as usual, in ms before scaling. */
  readonly latencies?: Partial<Latencies>;
  /** How long a connect to an unreachable address takes, in ms, not scaled. Default 20 000. */
  readonly connectTimeout?: number;
  /** How long a join waits for a silent access point or a missing DHCP server, in ms, not scaled. Default 15 000. */
  readonly joinTimeout?: number;
  /** How the bytes for the host are cut: as printed (the default), or in random chunks of 1 to so many bytes. */
  readonly chunking?: 'whole' | number;
  /** The chance that an unsolicited message is kept for an awkward place. Default 0.25; 0 for never. */
  readonly interleave?: number;
  /** Start with a power-on reset: noise, then `ready`. Without it the modem has long been running. */
  readonly powerOn?: boolean;
  /** Faults that happen by themselves. */
  readonly faults?: readonly ScheduledFault[];
  /** The world outside. Default: the sockets of this machine. */
  readonly network?: Network;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

export type ResolvedOptions = Required<Omit<EmulatorOptions, 'stored' | 'latencies'>> &
  Pick<EmulatorOptions, 'stored'> & { readonly latencies: Latencies };

/** Longest delay of a timer, in ms. */
const longest = 2 ** 31 - 1;

/** @throws RangeError for numbers out of range. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  const { stored, latencies, ...given } = options;
  const resolved: ResolvedOptions = {
    firmware: '1.7.4',
    baud: 0,
    accessPoints: [{ ssid: 'my-ssid', key: 'my-password' }],
    hosts: {},
    ports: {},
    seed: 1,
    latency: 1,
    connectTimeout: 20_000,
    joinTimeout: 15_000,
    chunking: 'whole',
    interleave: 0.25,
    powerOn: false,
    faults: [],
    network: socketsNetwork,
    scheduler: asyncScheduler,
    ...given,
    ...(stored === undefined ? {} : { stored }),
    latencies: { ...realisticLatencies, ...latencies },
  };
  if (!firmwareVersions.includes(resolved.firmware)) {
    throw new RangeError(`firmware must be one of ${firmwareVersions.join(', ')}, not ${resolved.firmware}`);
  }
  requireRange('baud', resolved.baud, 0, 4_608_000);
  requireRange('latency', resolved.latency, 0, 1000);
  requireRange('interleave', resolved.interleave, 0, 1);
  for (const accessPoint of resolved.accessPoints) {
    requireName(accessPoint);
    requireKey(accessPoint);
  }
  for (const { association = 0, dhcp = 0 } of resolved.accessPoints) {
    requireRange('association', association, 0, longest);
    requireRange('dhcp', Number(dhcp), 0, longest);
  }
  if (resolved.chunking !== 'whole') requireRange('chunking', resolved.chunking, 1, 65_536);
  return resolved;
}

function requireRange(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) throw new RangeError(`${name} must be from ${low} to ${high}, not ${value}`);
}

/** A longer name does not fit into what an access point sends, so nobody could join it. */
function requireName({ ssid }: AccessPoint): void {
  const length = Buffer.byteLength(ssid);
  if (length > 32) throw new RangeError(`an SSID must have at most 32 bytes, not ${length}: ${String(ssid)}`);
}

/** No access point takes another key, and who has one in mind that is shorter would never get in. */
function requireKey({ ssid, key = '', ecn }: AccessPoint): void {
  const length = Buffer.byteLength(key);
  const least = ecn === 1 ? 5 : 8;
  if (length === 0 || (length >= least && length <= 64)) return;
  throw new RangeError(
    `the key of the access point ${String(ssid)} must have ${least} to 63 characters, not ${length}`,
  );
}

import { asyncScheduler, type SchedulerLike } from 'rxjs';

import { longestDelay } from '../../streams/internal';
import type { AccessPoint } from '../network/accessPoint';
import type { HostTable } from '../network/internet';
import type { Network } from '../network/network';
import { createSocketsNetwork } from '../network/socketsNetwork';
import type { ScheduledFault } from '../simulation/fault';
import { type Latencies, realisticLatencies } from '../simulation/latencies';
import { firmwareVersions } from './personalities';
import type { FirmwareVersion } from './personality';

/**
 * The options of a virtual modem and of the world around it.
 *
 *     createEmulator({ firmware: '2.2.2', baud: 115_200, hosts: { 'host.example': '127.0.0.1:8080' } })
 */
export interface EmulatorOptions {
  /** The firmware that it has. Default `'1.7.4'`. */
  readonly firmware?: FirmwareVersion;
  /** The speed of the line in both directions, in bits per second. 0, the default, is as fast as possible. */
  readonly baud?: number;
  /** The networks in range. Default: one, `my-ssid` with the key `my-password`. */
  readonly accessPoints?: readonly AccessPoint[];
  /** The access point saved in the flash, which the modem joins at start. Default: none. */
  readonly stored?: Pick<AccessPoint, 'ssid' | 'key'>;
  /** Where names and addresses lead. A host that is neither here nor on loopback is unreachable. */
  readonly hosts?: HostTable;
  /** Ports of this machine that stand in for the modem's own listening and UDP ports; 0: any free one. */
  readonly ports?: Readonly<Record<number, number>>;
  /** Seed of the random numbers. The same seed and the same commands give the same run. Default 1. */
  readonly seed?: number;
  /** Scales all latencies, from 0 to 1000: 0 for none, 1 (the default) for realistic ones. */
  readonly latency?: number;
  /** Latencies that differ from the realistic ones, in milliseconds before scaling. */
  readonly latencies?: Partial<Latencies>;
  /** How many bytes `AT+CIPSENDBUF` holds for each link until they are acknowledged. Default 2920. */
  readonly sendBuffer?: number;
  /** How long a connect to an unreachable address takes, in milliseconds, not scaled. Default 20 000. */
  readonly connectTimeout?: number;
  /** How long a join waits for a silent access point or DHCP server, in milliseconds, not scaled. Default 15 000. */
  readonly joinTimeout?: number;
  /** The chunks in which the host gets its bytes: as printed (the default), or of 1 to this many bytes, at random. */
  readonly chunking?: 'whole' | number;
  /**
   * On a line with a speed, the shortest time between two chunks, in milliseconds, from 1 to 255: a serial driver hands
   * bytes over in chunks, and a USB adapter collects them for longer. The last bytes do not wait. Default 2.
   */
  readonly chunkInterval?: number;
  /** The probability that an unsolicited message is kept for an awkward place. Default 0.25; 0 for never. */
  readonly interleave?: number;
  /** Start with a power-on reset: noise, then `ready`. Default `false`: the modem has been running for a long time. */
  readonly powerOn?: boolean;
  /** Faults that happen by themselves. */
  readonly faults?: readonly ScheduledFault[];
  /** The network outside. Default: the sockets of this machine. */
  readonly network?: Network;
  /** The scheduler of the modem. Default `asyncScheduler`, the time of this machine. */
  readonly scheduler?: SchedulerLike;
}

/** What can change while a virtual modem runs: the networks and the hosts in its reach, and its times. */
export type EmulatorChanges = Pick<
  EmulatorOptions,
  'accessPoints' | 'hosts' | 'ports' | 'latency' | 'latencies' | 'connectTimeout' | 'joinTimeout' | 'interleave'
>;

/** The options with their defaults. */
export type ResolvedOptions = Required<Omit<EmulatorOptions, 'stored' | 'latencies'>> &
  Pick<EmulatorOptions, 'stored'> & { readonly latencies: Latencies };

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
    sendBuffer: 2920,
    connectTimeout: 20_000,
    joinTimeout: 15_000,
    chunking: 'whole',
    chunkInterval: 2,
    interleave: 0.25,
    powerOn: false,
    faults: [],
    network: createSocketsNetwork(),
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
  requireRange('sendBuffer', resolved.sendBuffer, 1, 65_536);
  requireRange('interleave', resolved.interleave, 0, 1);
  for (const accessPoint of resolved.accessPoints) {
    requireName(accessPoint);
    requireKey(accessPoint);
  }
  for (const { association = 0, dhcp = 0 } of resolved.accessPoints) {
    requireRange('association', association, 0, longestDelay);
    requireRange('dhcp', Number(dhcp), 0, longestDelay);
  }
  if (resolved.chunking !== 'whole') requireRange('chunking', resolved.chunking, 1, 65_536);
  requireRange('chunkInterval', resolved.chunkInterval, 1, 255);
  return resolved;
}

function requireRange(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) throw new RangeError(`${name} must be from ${low} to ${high}, not ${value}`);
}

/** A longer name does not fit into the frame in which an access point announces it. */
function requireName({ ssid }: AccessPoint): void {
  const length = Buffer.byteLength(ssid);
  if (length > 32) throw new RangeError(`an SSID must have at most 32 bytes, not ${length}: ${String(ssid)}`);
}

/** No access point has any other key, so no station could join with it. */
function requireKey({ ssid, key = '', ecn }: AccessPoint): void {
  const length = Buffer.byteLength(key);
  const least = ecn === 1 ? 5 : 8;
  if (length === 0 || (length >= least && length <= 64)) return;
  throw new RangeError(
    `the key of the access point ${String(ssid)} must have ${least} to 63 characters, not ${length}`,
  );
}

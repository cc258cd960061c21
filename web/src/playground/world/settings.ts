import type { FirmwareVersion } from 'rx-usocket/emulator';

/** What the user chooses about the virtual modem and its network. */
export interface WorldSettings {
  readonly firmware: FirmwareVersion;
  /** Bits per second. */
  readonly baud: number;
  /** Scales all latencies of the modem: 1 is realistic. */
  readonly latency: number;
  /** How many clients connect to a port that the modem listens on. */
  readonly clients: number;
}

/** The network that the virtual modem can join. */
export const accessPoint = { ssid: 'Sipeed_2.4G', key: 'a-key-of-the-air' };

export const firstSettings: WorldSettings = { firmware: '1.7.4', baud: 115_200, latency: 1, clients: 3 };

export const firmwares: readonly FirmwareVersion[] = ['1.5', '1.7.4', '2.2.2'];

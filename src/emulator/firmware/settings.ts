import { latin1 } from '../network/accessPoint';
import type { ResolvedOptions } from './options';
import type { Personality } from './personality';

/** The modem's own network (softAP), as `AT+CWSAP` sets it. */
export interface SoftAp {
  /** Its name, one character per byte (latin1). */
  readonly ssid: string;
  /** Its key, one character per byte (latin1); `''` for an open network. */
  readonly key: string;
  /** The radio channel, from 1 to 14. */
  readonly channel: number;
  /** Encryption: 0 open, 2 WPA, 3 WPA2, 4 WPA and WPA2. */
  readonly ecn: number;
  /** How many stations may join, from 1 to 8. */
  readonly mostStations: number;
  /** Whether it hides its name from scans. */
  readonly hidden: boolean;
}

/** The settings of one link, which can be changed before it is opened and while it is open. */
export interface LinkSettings {
  /** Authentication, certificate and authority: `CIPSSLCCONF`. */
  readonly authentication: readonly [number, number, number];
  readonly commonName: string;
  /** The name that a TLS link asks its peer for (SNI); `''` for none. */
  readonly serverName: string;
  readonly protocols: readonly string[];
  /** Identity and hint of a pre-shared key. */
  readonly sharedKey: readonly [string, string];
  /** Seconds; -1 for off. With 0 the link ends with a reset. */
  readonly linger: number;
  readonly noDelay: number;
  /** In milliseconds; 0 for none. */
  readonly sendTimeout: number;
}

const freshLink: LinkSettings = {
  authentication: [0, 0, 0],
  commonName: '',
  serverName: '',
  protocols: [],
  sharedKey: ['', ''],
  linger: -1,
  noDelay: 0,
  sendTimeout: 0,
};

/** The settings in use whose initial values are in the flash. */
export interface StoredSettings {
  /** 0 off, 1 station, 2 access point, 3 both. */
  mode: number;
  baud: number;
  /** Data bits, stop bits, parity and flow control, as `8,1,0,0`. */
  frame: string;
  /** Bits: 0 `+QUITT`, 1 `+LINK_CONN`, 2 messages in passthrough. */
  messages: number;
  stationDhcp: boolean;
  softApDhcp: boolean;
  /** Address, gateway and mask set by `CIPSTA`. */
  fixedAddress: readonly [string, string, string] | undefined;
  dns: readonly string[];
  /** The name servers were set by `CIPDNS`. */
  ownDns: boolean;
  softAp: SoftAp;
  stationMac: string;
  softApMac: string;
  softApPlan: readonly [string, string, string];
  /** The values of commands that only keep and show them, by name of the command. */
  plain: Readonly<Record<string, string>>;
}

/** The settings in use, which a reset loses. */
export interface Settings extends StoredSettings {
  echo: boolean;
  mux: boolean;
  /** `CIPMODE=1`: `CIPSEND` without a length begins passthrough. */
  passthrough: boolean;
  passive: boolean;
  /** `CIPDINFO`: received data are printed with their source address. */
  source: boolean;
  errorCodes: boolean;
  /** ESP-AT: settings are written to the flash. */
  store: boolean;
  maxConnections: number;
  /** Seconds without data after which the server drops a client; 0 for never. */
  idleTimeout: number;
  hostName: string;
  clock: boolean;
  /** When the time servers will have answered, in milliseconds of the scheduler's time. */
  clockSetAt: number;
  timeZone: number;
  timeServers: readonly string[];
  sslSize: number;
  ofLinks: readonly LinkSettings[];
  /** `CWLAPOPT`: the fields that a scan lists, one bit each, and whether it sorts by signal strength. */
  scanMask: number;
  scanSorted: boolean;
  /** The seconds since 1970 that the host has set, and when, in milliseconds of the scheduler's time. */
  timestamp: { readonly seconds: number; readonly at: number };
}

/** The flash, which a reset keeps. */
export interface Flash extends StoredSettings {
  accessPoint: { ssid: string; key: string } | undefined;
  autoJoin: boolean;
}

/** The settings in use and those in the flash. */
export class Memory {
  settings: Settings;

  constructor(readonly flash: Flash) {
    this.settings = bootSettings(flash);
  }

  /** The settings in the flash, or those in use. */
  of(saved: boolean): Readonly<StoredSettings> {
    return saved ? this.flash : this.settings;
  }

  /** Changes the settings in use, and with `persist` the flash as well. */
  change(changes: Partial<StoredSettings>, persist: boolean): undefined {
    Object.assign(this.settings, changes);
    if (persist) Object.assign(this.flash, changes);
  }

  /** Resets the settings in use to those that a start finds. */
  reset(): void {
    this.settings = bootSettings(this.flash);
  }
}

/** The time servers that are built into the firmware. */
export const factoryTimeServers = ['cn.ntp.org.cn', 'ntp.sjtu.edu.cn', 'us.pool.ntp.org'] as const;

/** The flash as delivered, together with the network that the options store. */
export function factoryFlash(personality: Personality, { baud, stored }: Partial<ResolvedOptions>): Flash {
  return {
    mode: stored === undefined ? personality.defaultMode : 1,
    accessPoint: stored === undefined ? undefined : { ssid: latin1(stored.ssid), key: latin1(stored.key ?? '') },
    autoJoin: true,
    baud: baud === undefined || baud === 0 ? 115_200 : baud,
    frame: `8,1,0,${personality.uartFlow}`,
    messages: 0,
    stationDhcp: true,
    softApDhcp: true,
    fixedAddress: undefined,
    dns: ['208.67.222.222'],
    ownDns: false,
    softAp: { ssid: 'ESP_000001', key: '', channel: 1, ecn: 0, mostStations: 4, hidden: false },
    stationMac: '02:00:00:00:00:01',
    softApMac: '02:00:00:00:00:02',
    softApPlan: ['192.168.4.1', '192.168.4.1', '255.255.255.0'],
    plain: {},
  };
}

function bootSettings(flash: Flash): Settings {
  return {
    ...flash,
    echo: true,
    mux: false,
    passthrough: false,
    passive: false,
    source: false,
    errorCodes: false,
    store: true,
    maxConnections: 5,
    idleTimeout: 180,
    hostName: 'ESP_000002',
    clock: false,
    clockSetAt: Infinity,
    timeZone: 8,
    timeServers: factoryTimeServers,
    sslSize: 2048,
    ofLinks: Array.from({ length: 5 }, () => freshLink),
    scanMask: 0x7ff,
    scanSorted: true,
    timestamp: { seconds: 0, at: 0 },
  };
}

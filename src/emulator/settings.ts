import type { ResolvedOptions } from './options';
import type { Personality } from './personality';

/** The network of the modem's own. */
export interface SoftAp {
  readonly ssid: string;
  readonly key: string;
  readonly channel: number;
  /** 0 open, 2 WPA, 3 WPA2, 4 WPA and WPA2. */
  readonly ecn: number;
  readonly mostStations: number;
  readonly hidden: boolean;
}

/** What the modem knows until it is reset. */
export interface Settings {
  echo: boolean;
  /** 0 off, 1 station, 2 access point, 3 both. */
  mode: number;
  mux: boolean;
  /** `CIPMODE=1`: passthrough. */
  raw: boolean;
  passive: boolean;
  /** `CIPDINFO`: tell where data came from. */
  source: boolean;
  /** Bits: 0 `+QUITT`, 1 `+LINK_CONN`, 2 messages in passthrough. */
  messages: number;
  errorCodes: boolean;
  /** ESP-AT: settings are written to the flash. */
  store: boolean;
  maxConnections: number;
  /** Seconds without data after which a client of the server is dropped; 0 never. */
  idleTimeout: number;
  baud: number;
  /** Data bits, stop bits, parity and flow control, as `8,1,0,0`. */
  frame: string;
  stationDhcp: boolean;
  softApDhcp: boolean;
  hostName: string;
  dns: readonly string[];
  /** The name servers were set by hand. */
  ownDns: boolean;
  /** Address, gateway and mask set by hand. */
  fixedAddress: readonly [string, string, string] | undefined;
  softAp: SoftAp;
  clock: boolean;
  /** When the time servers will have answered, in the scheduler's ms. */
  clockSetAt: number;
  timeZone: number;
  timeServers: readonly string[];
  sslSize: number;
  /** `CIPSSLCSNI`: the names that TLS links ask for, by link. */
  serverNames: readonly (string | undefined)[];
}

/** What outlives a reset. */
export interface Flash {
  mode: number;
  accessPoint: { ssid: string; key: string } | undefined;
  autoJoin: boolean;
  baud: number;
  frame: string;
  messages: number;
  stationDhcp: boolean;
  softApDhcp: boolean;
  fixedAddress: readonly [string, string, string] | undefined;
  dns: readonly string[];
  ownDns: boolean;
  softAp: SoftAp;
}

/** The time servers that the firmware was built with. */
export const FACTORY_TIME_SERVERS = ['cn.ntp.org.cn', 'ntp.sjtu.edu.cn', 'us.pool.ntp.org'] as const;

/** The flash as the factory left it, but for the network that the options say was saved. */
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
  };
}

/** The settings after a reset. */
export function bootSettings(flash: Flash): Settings {
  return {
    echo: true,
    mode: flash.mode,
    mux: false,
    raw: false,
    passive: false,
    source: false,
    messages: flash.messages,
    errorCodes: false,
    store: true,
    maxConnections: 5,
    idleTimeout: 180,
    baud: flash.baud,
    frame: flash.frame,
    stationDhcp: flash.stationDhcp,
    softApDhcp: flash.softApDhcp,
    hostName: 'ESP_000002',
    dns: flash.dns,
    ownDns: flash.ownDns,
    fixedAddress: flash.fixedAddress,
    softAp: flash.softAp,
    clock: false,
    clockSetAt: Infinity,
    timeZone: 8,
    timeServers: FACTORY_TIME_SERVERS,
    sslSize: 2048,
    serverNames: [],
  };
}

/** Text of this program as the bytes on the line, one character each. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

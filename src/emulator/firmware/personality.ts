/** The firmware versions that the emulator can be. */
export type FirmwareVersion = '1.5' | '1.7.4' | '2.2.2';

/** What a scan or a query tells about an access point. */
export interface AccessPointReport {
  readonly ssid: string;
  readonly bssid: string;
  readonly channel: number;
  readonly rssi: number;
  readonly ecn: number;
}

/**
 * Everything in which the firmwares differ: the rest of the emulator asks here and nowhere else. What is printed is
 * given in whole bytes, line ends included; the result code that follows is not part of it.
 *
 * There are two families: NonOS, the old firmware (AT 0.x and 1.x), and ESP-AT (2.x).
 */
export interface Personality {
  readonly version: FirmwareVersion;
  readonly family: 'N' | 'E';
  /** Major and minor of the AT version, to compare with the version that a command came with. */
  readonly level: number;
  readonly gmr: string;

  /** `bytes`: each byte but the newline comes back as it arrives, the newline as CRLF. `line`: the line as sent. */
  readonly echo: 'bytes' | 'line';
  /** A backslash makes any character plain, not only comma, quote and backslash. */
  readonly anyEscape: boolean;
  /** Commands have `_CUR` (RAM) and `_DEF` (flash) forms; without them, setting writes the flash. */
  readonly suffixes: boolean;
  /** The diagnostic in front of `ERROR` comes on the AT port. */
  readonly words: boolean;
  readonly busyRunning: string;
  readonly busySending: string;
  /** What `FAIL` looks like. */
  readonly failResult: string;

  /** The prints after an accepted `CIPSEND`: something unsolicited may stand between two of them. */
  readonly prompt: readonly string[];
  readonly rawPrompt: readonly string[];
  readonly quitRaw: string;
  /** `+++` on its own cancels a `CIPSEND` in its data phase. */
  readonly cancelsSend: boolean;
  /** `SEND OK` waits for the peer's acknowledgement, not only for the stack. */
  readonly sendOkIsAcknowledgement: boolean;
  /** How `SEND FAIL` looks when the link closed under the send, and whether it precedes the `CLOSED`. */
  readonly sendFailOnClose: string;
  readonly sendFailFirst: boolean;
  /** A failed `CIPSTART` is followed by the `CLOSED` of the link that never opened. */
  readonly closedAfterFailedStart: boolean;
  /** A TLS handshake that failed is told by `CLOSED` and `OK` (WiFiEsp issue 162). */
  readonly okAfterFailedHandshake: boolean;
  readonly serverUnchanged: 'no change' | 'error';
  /** Has `CIPSERVER?`. */
  readonly showsServer: boolean;

  /** TCP payload bytes of one active `+IPD`, at most. */
  readonly block: number;
  /** Segment and window of passive receive, in bytes. */
  readonly segment: number;
  readonly window: number;
  /** Passive receive covers UDP and SSL as well. */
  readonly passiveAll: boolean;
  /** Every arrival prints a new notice; otherwise only the first after a read does, and a read that leaves bytes. */
  readonly noticeEachArrival: boolean;
  /** `CLOSED` waits until everything announced has been read. */
  readonly closeAfterRead: boolean;
  readonly sourceAddress: (address: string, port: number) => string;
  readonly receivedHeader: (length: number, source: string) => string;
  /** In `CIPRECVLEN`, for a link that is not open. */
  readonly idleLength: number;

  /** What a scan lists of each, in the order of the bits of `CWLAPOPT`. */
  readonly scanFields: (ap: AccessPointReport) => readonly string[];
  /** What a query for the access point answers, behind the BSSID. */
  readonly joinedFields: (ap: AccessPointReport) => string;
  readonly notJoined: string;
  /** `WIFI DISCONNECT` comes in front of the `OK` of `CWQAP`. */
  readonly disconnectFirst: boolean;
  readonly dhcpTimeout: string;
  readonly defaultMode: number;
  readonly joinNeedsKey: boolean;
  /** `CIPSTATUS` of a station that is off, and of one that has not tried to join. */
  readonly statusOff: number;
  readonly statusIdle: number;

  readonly domain: (address: string) => string;
  readonly ping: (ms: number) => string;
  readonly pingTimeout: string;
  readonly ram: string;
  readonly dinfo: (on: boolean) => string;
  readonly maxConnections: (count: number) => string;
  readonly uart: (name: string, baud: number, rest: string) => string;
  /** The bits of `CWDHCP?`. */
  readonly dhcpBits: (station: boolean, softAp: boolean) => number;
  readonly dns: (name: string, servers: readonly string[], own: boolean) => string;
  /** Name servers that `CIPDNS` takes. */
  readonly dnsServers: number;
  readonly day: (day: number) => string;
  readonly uartFlow: number;
  /** From the reset to `ready`, in ms. */
  readonly boot: readonly [number, number];
}

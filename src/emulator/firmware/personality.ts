import type { AccessPointReport } from '../network/accessPoint';

/** A firmware version that the virtual modem can have: AT 1.5 and 1.7.4 are NonOS, 2.2.2 is ESP-AT. */
export type FirmwareVersion = '1.5' | '1.7.4' | '2.2.2';

/**
 * Everything in which the firmwares differ, except for commands that only one of them has. Printed texts contain their
 * line ends, but not the result that follows.
 *
 * There are two families: NonOS, the old firmware (AT 0.x and 1.x), and ESP-AT (2.x).
 */
export interface Personality {
  readonly version: FirmwareVersion;
  readonly family: 'N' | 'E';
  /** The major and minor AT version as a number, to compare with the version in which a command appeared. */
  readonly level: number;
  readonly gmr: string;

  /** `bytes`: each byte is echoed as it arrives, a newline as CRLF. `line`: the line is echoed as a whole. */
  readonly echo: 'bytes' | 'line';
  /** A backslash escapes any character, not only comma, quote and backslash. */
  readonly anyEscape: boolean;
  /** Commands have `_CUR` (RAM) and `_DEF` (flash) forms; without them, setting writes the flash. */
  readonly suffixes: boolean;
  /** A reason is printed before `ERROR`. */
  readonly words: boolean;
  readonly busyRunning: string;
  readonly busySending: string;
  /** While a command runs, each chunk of bytes is called busy and dropped, not each line. */
  readonly busyPerChunk: boolean;
  /** Between `Recv` and the result of a send, whatever comes is dropped in silence. */
  readonly muteSends: boolean;
  /** The line for `FAIL`. */
  readonly failResult: string;

  /** The prints after an accepted `CIPSEND`. An unsolicited message may come between two of them. */
  readonly prompt: readonly string[];
  /** The same for passthrough, and what is printed when it ends. */
  readonly passthroughPrompt: readonly string[];
  readonly passthroughQuit: string;
  /** A lone `+++` cancels a `CIPSEND` that waits for its data, even if these are all its data. */
  readonly cancelsSend: boolean;
  /** `SEND OK` waits for the peer's acknowledgement, not only for the stack. */
  readonly sendOkIsAcknowledgement: boolean;
  /** The line for `SEND FAIL` when the link closes during a send, and whether it comes before the `CLOSED`. */
  readonly sendFailOnClose: string;
  readonly sendFailFirst: boolean;
  /** The `ERROR` of a failed `CIPSTART` is followed by a `CLOSED`. */
  readonly closedAfterFailedStart: boolean;
  /** A failed TLS handshake is answered with `CLOSED` and `OK` (WiFiEsp issue 162). */
  readonly okAfterFailedHandshake: boolean;
  readonly serverUnchanged: 'no change' | 'error';
  /** Whether it has `CIPSERVER?`. */
  readonly showsServer: boolean;

  /** The most TCP payload bytes of one `+IPD` in active receive. */
  readonly block: number;
  /** TCP segment and receive window, in bytes. */
  readonly segment: number;
  readonly window: number;
  /** The most bytes that one `CIPRECVDATA` gives. */
  readonly longestRead: number;
  /** Passive receive applies to UDP and SSL links as well. */
  readonly passiveAll: boolean;
  /** Each segment is announced. Otherwise only the first after a read, and what a read leaves. */
  readonly noticeEachArrival: boolean;
  /** `CLOSED` comes only once everything announced has been read. */
  readonly closeAfterRead: boolean;
  readonly sourceAddress: (address: string, port: number) => string;
  readonly receivedHeader: (length: number, source: string) => string;
  /** The length that `CIPRECVLEN` shows for a link that is not open. */
  readonly idleLength: number;

  /** The fields of a network in a scan, in the order of the bits of `CWLAPOPT`. */
  readonly scanFields: (ap: AccessPointReport) => readonly string[];
  /** The fields of the joined network in a query, after the BSSID. */
  readonly joinedFields: (ap: AccessPointReport) => string;
  readonly notJoined: string;
  /** `WIFI DISCONNECT` comes before the `OK` of `CWQAP`. */
  readonly disconnectFirst: boolean;
  readonly dhcpTimeout: string;
  readonly defaultMode: number;
  readonly joinNeedsKey: boolean;
  /** The `STATUS` of a station that is off, and of one that has not tried to join. */
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
  /** How many name servers `CIPDNS` takes. */
  readonly dnsServers: number;
  readonly day: (day: number) => string;
  readonly uartFlow: number;
  /** From the end of the boot loader's text to `ready`, in milliseconds. */
  readonly boot: readonly [number, number];
}

import type { Uart } from '../streams';
import { currentOf } from '../streams/internal';
import type { SocketDetails } from '../usocket/contract/socketTrace';
import type { Status } from './life/status';
import type { LinkDetails } from './links/linkDetails';
import type { Modem } from './modem';
import type { KnownNetwork } from './wifiInterface';

/** An interface with its modem, links and sockets at one moment. What is not known yet is left out. */
export interface InterfaceDetails {
  /** What the line is: `'/dev/ttyUSB0'`. */
  readonly line?: string;
  /** The speed of the line, in bits per second. */
  readonly baud?: number;
  /** The version of the AT commands: `'1.7.4.0'`. */
  readonly firmware?: string;
  /** Whether the modem is set up; see {@link Status.modem}. */
  readonly modem: Status['modem'];
  /** Whether the modem is on a network; see {@link Status.wifi}. */
  readonly wifi: Status['wifi'];
  /** Why the modem is down. */
  readonly error?: string;
  /** The name of the network that the modem is on. */
  readonly ssid?: string;
  /** The address of the modem there, if the program has asked for it with `ifconfig`. */
  readonly address?: string;
  /** How received data come now: the modem pushes them, or holds them back until they are pulled. */
  readonly receive?: 'pushed' | 'pulled';
  /** How many exchanges wait until the modem is free. */
  readonly waitingCommands: number;
  /** The links in use, by ascending number. */
  readonly links: readonly LinkDetails[];
  /** The sockets that have not been closed, in the order in which they were made. */
  readonly sockets: readonly SocketDetails[];
}

/** Collects what the driver knows now. A link's own bytes and those of its socket are counted together. */
export function interfaceDetails(
  { port: line, baudRate: baud }: Uart,
  { state, links, waitingExchanges }: Modem,
  { ssid, address }: KnownNetwork,
  sockets: readonly SocketDetails[],
): InterfaceDetails {
  const { modem, wifi, error } = currentOf(state.status$) ?? { modem: 'closed', wifi: 'down' };
  const { version: firmware } = state;
  return {
    ...(line !== undefined && { line }),
    ...(baud !== undefined && { baud }),
    ...(firmware !== undefined && { firmware }),
    modem,
    wifi,
    ...(error && { error: error.message }),
    ...(ssid !== undefined && { ssid }),
    ...(address !== undefined && { address }),
    ...(links.dialect && { receive: links.way }),
    waitingCommands: waitingExchanges,
    links: links.details.map((link) => ({ ...link, queued: link.queued + queuedOn(link.id, sockets) })),
    sockets,
  };
}

/** The bytes that wait in the socket of a link. A socket whose link has ended keeps a number that another link may have. */
function queuedOn(id: number, sockets: readonly SocketDetails[]): number {
  const owners = sockets.filter(({ link }) => link === id);
  const isLive = ({ stage }: SocketDetails) => stage === 'connected' || stage === 'open';
  return (owners.find(isLive) ?? owners.at(-1))?.queued ?? 0;
}

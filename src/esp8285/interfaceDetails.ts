import type { SocketDetails } from '../usocket/contract/socketTrace';
import type { Status } from './life/status';
import type { LinkDetails } from './links/linkDetails';

/** An interface with its modem, links and sockets at one moment. What is not known yet is left out. */
export interface InterfaceDetails {
  /** What the line is: `'/dev/ttyUSB0'`. */
  readonly line?: string;
  /** The speed of the line, in bits per second. */
  readonly baud?: number;
  /** The version of the AT commands: `'1.7.4.0'`. */
  readonly firmware?: string;
  /** As in {@link Status}. */
  readonly modem: Status['modem'];
  /** As in {@link Status}. */
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

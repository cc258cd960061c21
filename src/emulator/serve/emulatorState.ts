import type { FirmwareVersion } from '../firmware/personality';
import type { SoftAp } from '../firmware/settings';
import type { LinkKind } from '../links/virtualLink';
import type { Modem } from '../modem/modem';
import type { StationState } from '../modem/virtualStation';
import type { Endpoint } from '../network/network';

/** The state of a virtual modem, for tests. */
export interface EmulatorState {
  /** The firmware version, as in the options. */
  readonly firmware: FirmwareVersion;
  /** Whether it has been reset and has not printed `ready` yet. */
  readonly booting: boolean;
  /** Whether a command is running, so that a line is answered with `busy`. */
  readonly busy: boolean;
  /** Whether echo is on, as after `ATE1`. */
  readonly echo: boolean;
  /** Whether five links are possible, as after `AT+CIPMUX=1`. */
  readonly mux: boolean;
  /** Whether passive receive is on, as after `AT+CIPRECVMODE=1`. */
  readonly passive: boolean;
  /** The speed that the modem's end of the line is set to, in bits per second. */
  readonly baud: number;
  /** The Wi-Fi mode, `AT+CWMODE`: 0 off, 1 station, 2 softAP, 3 both. */
  readonly mode: number;
  /** Whether it has joined a network. */
  readonly wifi: StationState;
  /** The station's IPv4 address; `'0.0.0.0'` without one. */
  readonly address: string;
  /** The host name that the modem gave when it joined. */
  readonly hostName: string | undefined;
  /** The modem's own network, if its mode has one. */
  readonly softAp: SoftAp | undefined;
  /** The open links, by ascending number. */
  readonly links: readonly {
    /** The link number, from 0 to 4. */
    readonly id: number;
    /** The protocol as in `AT+CIPSTART`: TCP, TLS or UDP. */
    readonly kind: LinkKind;
    /** Whether the peer is a client of the modem's server. */
    readonly server: boolean;
    /** The peer as the host knows it. */
    readonly remote: Endpoint;
    /** The port on the modem's side, as `AT+CIPSTATUS` reports it. */
    readonly localPort: number;
    /** How many bytes have come from the peer. */
    readonly received: number;
    /** How many bytes the peer has been sent. */
    readonly sent: number;
    /** How many received bytes the host has not got yet. */
    readonly unread: number;
  }[];
  /** The listening port, and the port of this machine that stands in for it. */
  readonly server:
    | {
        /** The port in `AT+CIPSERVER`. */
        readonly port: number;
        /** The port of 127.0.0.1 to which clients connect. */
        readonly localPort: number;
      }
    | undefined;
}

export function stateOf({ personality, booting, runner, memory, station, links, server }: Modem): EmulatorState {
  const { echo, mux, passive, baud, mode, softAp } = memory.settings;
  return {
    firmware: personality.version,
    booting,
    busy: runner.busy,
    echo,
    mux,
    passive,
    baud,
    mode,
    wifi: station.state,
    address: station.address[0],
    hostName: station.hostName,
    softAp: (mode & 2) === 0 ? undefined : softAp,
    links: links.open.map(({ id, kind, server: ofServer, remote, localPort, traffic, inbox }) => ({
      id,
      kind,
      server: ofServer,
      remote,
      localPort,
      ...traffic,
      unread: inbox.length,
    })),
    server: server.state,
  };
}

import type { Endpoint } from '../network/network';

/** Received bytes that go to the host in one piece, and their sender. */
export interface Delivery {
  readonly bytes: Buffer;
  readonly from: Endpoint;
}

/** The data that a link has received and the host has not got yet. */
export interface Inbox {
  /** How many bytes are in the modem. It announces this number. */
  readonly length: number;
  /** Whether no bytes are left, in the modem or outside it. */
  readonly empty: boolean;
  /** Whether everything that the peer has sent is in the modem. */
  readonly complete: boolean;
  /** Takes in the next segment or datagram, and returns the new length; `undefined` if there is none, or no room. */
  admit(): number | undefined;
  /** Takes the data of the next `+IPD` of active receive: at most `max` bytes of TCP. */
  push(max: number): Delivery | undefined;
  /** The same for data that are not in the modem yet, and overtake those that are. A datagram overtakes none. */
  overtake(max: number): Delivery | undefined;
  /** Takes the data of a passive read of `max` bytes. */
  read(max: number): Delivery | undefined;
}

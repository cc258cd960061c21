import type { Endpoint } from '../network/network';

/** Received bytes that go to the host in one piece, and who sent them. */
export interface Delivery {
  readonly bytes: Buffer;
  readonly from: Endpoint;
}

/** What a link has received and the host has not had yet. */
export interface Inbox {
  /** Bytes in the modem, which it would announce. */
  readonly length: number;
  /** Nothing is left, neither in the modem nor outside it. */
  readonly empty: boolean;
  /** Everything that the peer has sent is in the modem. */
  readonly complete: boolean;
  /** Takes in the next segment or datagram, and returns the new length; `undefined` if there is none, or no room. */
  admit(): number | undefined;
  /** What the next `+IPD` of active receive carries, at most `max` bytes of TCP. */
  push(max: number): Delivery | undefined;
  /** What a passive read of `max` bytes takes. */
  read(max: number): Delivery | undefined;
}

import type { Endpoint } from '../../usocket/contract/nic';

/** One of the modem's links that is in use, as far as the driver knows it. */
export interface LinkDetails {
  /** The number of the link in the modem, 0 to 4. */
  readonly id: number;
  /** `udp` is a port for datagrams, which has no single peer. */
  readonly kind: 'tcp' | 'tls' | 'udp';
  /** `ended`: the peer has closed the link, or it has failed, and its number is not free yet. */
  readonly stage: 'opening' | 'open' | 'ended';
  /** The peer. It is left out for datagrams, and while it is not known. */
  readonly remote?: Endpoint;
  /** Bytes that have come since the link was opened. */
  readonly received: number;
  /** Bytes that the modem has taken to send since the link was opened. */
  readonly sent: number;
  /** Bytes that have come and that no call has read yet. */
  readonly queued: number;
  /** Bytes that wait in the modem, as far as it has announced them. */
  readonly waiting: number;
  /** Whether the driver holds the sender back, because the program does not read what has come. */
  readonly isHeld: boolean;
}

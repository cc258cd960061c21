import type { Endpoint } from '../../usocket/contract/nic';

/** Data of one link: what stood behind one `+IPD` or `+CIPRECVDATA` header. */
export interface Block {
  readonly kind: 'block';
  readonly link: number;
  /** The payload in the pieces in which it came; slices of the received chunks, not copies. */
  readonly pieces: readonly Buffer[];
  /** Bytes of all pieces together. */
  readonly length: number;
  /** The host has asked for it. */
  readonly pulled?: true;
  /** Who sent it, where the firmware says so (`AT+CIPDINFO=1`). */
  readonly remote?: Endpoint;
}

/** The line has lost bytes of a block, or of what announced one: nothing of it is handed on. */
export interface Damage {
  readonly kind: 'damage';
  /** Whose block it was, where that is certain. */
  readonly link: number | undefined;
  /** Data that were pushed to other links may be lost with it. */
  readonly others: boolean;
  /** The line fell silent in the middle of it. */
  readonly isCutOff?: true;
}

/** One thing that the modem said. */
export type Frame =
  /** The end of a command's answer. */
  | { readonly kind: 'final'; readonly result: 'OK' | 'ERROR' | 'FAIL' }
  /** The modem dropped a line because it is at work. */
  | { readonly kind: 'busy' }
  /** `>`: the modem waits for the bytes to send. */
  | { readonly kind: 'prompt' }
  /** `Recv n bytes`: the modem has taken the bytes to send. */
  | { readonly kind: 'taken'; readonly length: number }
  /** `SEND OK` or `SEND FAIL`; the firmware does not say of which link. */
  | { readonly kind: 'sent'; readonly ok: boolean }
  | Block
  | Damage
  /** Passive receive: so many bytes wait in the modem. */
  | { readonly kind: 'notice'; readonly link: number; readonly length: number }
  | { readonly kind: 'opened'; readonly link: number }
  | { readonly kind: 'closed'; readonly link: number }
  | { readonly kind: 'wifi'; readonly event: 'connected' | 'gotAddress' | 'disconnected' }
  /** A station joins the modem's own network, gets an address there, or leaves it. */
  | { readonly kind: 'station'; readonly event: 'joined' | 'left'; readonly mac: string }
  | { readonly kind: 'station'; readonly event: 'gotAddress'; readonly mac: string; readonly address: string }
  /** The boot ROM or a watchdog speaks: the modem is starting again. */
  | { readonly kind: 'booting' }
  /** `ready`: the modem has started. */
  | { readonly kind: 'booted' }
  /**
   * A line of a kind that a firmware is known to print: a part of an answer, or a diagnostic. One that is not UTF-8, as the
   * name of a network may not be, comes as its bytes, too.
   */
  | { readonly kind: 'line'; readonly text: string; readonly bytes?: Buffer }
  /**
   * A whole line that is in no list: another maker's, of newer firmware, of a log. Doubtful: it may be of a modem that has
   * started again, or that has said something of which bytes are missing, which is asked.
   */
  | { readonly kind: 'unknown'; readonly text: string; readonly isDoubtful?: true }
  /** What is left of a line: bytes were lost, and data may be lost with them. */
  | { readonly kind: 'fragment'; readonly text: string }
  /** Bytes that are no line of any firmware, or announce what cannot be. */
  | { readonly kind: 'noise'; readonly length: number };

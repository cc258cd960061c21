import type { Endpoint } from '../../usocket/contract/nic';

/** Data of one link: what stood behind one `+IPD` or `+CIPRECVDATA` header. */
export interface Block {
  readonly kind: 'block';
  readonly link: number;
  /** The payload in the pieces in which it came: slices of the received chunks, not copies. */
  readonly pieces: readonly Buffer[];
  /** Bytes of all pieces together. */
  readonly length: number;
  /** The host has asked for it. */
  readonly pulled?: true;
  /** Who sent it, where the firmware says so (`AT+CIPDINFO=1`). */
  readonly remote?: Endpoint;
}

/** The line has lost bytes of a block, or of its header: nothing of the block is handed on. */
export interface Damage {
  readonly kind: 'damage';
  /** The link of the block, where that is certain. */
  readonly link: number | undefined;
  /** Data that were pushed to other links may be lost, too. */
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
  /** `SEND OK` or `SEND FAIL`; the firmware does not say for which link. */
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
  /** Text of the boot ROM or a watchdog: the modem is starting again. */
  | { readonly kind: 'booting' }
  /** `ready`: the modem has started. */
  | { readonly kind: 'booted' }
  /**
   * A line that some firmware is known to print: a part of an answer, or a diagnostic. A line that is not UTF-8, such as one
   * with the name of a network, comes as bytes, too.
   */
  | { readonly kind: 'line'; readonly text: string; readonly bytes?: Buffer }
  /**
   * A whole line that is in no list: from another maker's firmware, newer firmware, or a log. It is doubtful when it may mean
   * that the modem has started again, or when bytes of a known line may be missing; then the modem is asked.
   */
  | { readonly kind: 'unknown'; readonly text: string; readonly isDoubtful?: true }
  /** The rest of a line of which bytes were lost; data may be lost with them. */
  | { readonly kind: 'fragment'; readonly text: string }
  /** Bytes that are no line of any firmware, or announce something impossible. */
  | { readonly kind: 'noise'; readonly length: number };

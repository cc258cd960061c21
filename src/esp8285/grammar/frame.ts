import type { Endpoint } from '../../usocket/contract/nic';

/** Data of one link: the payload after one `+IPD` or `+CIPRECVDATA` header. */
export interface Block {
  readonly kind: 'block';
  readonly link: number;
  /** The payload in one piece: a slice of the received chunk, or joined from several chunks. */
  readonly bytes: Buffer;
  /** The number of these bytes. */
  readonly length: number;
  /** Present if the driver has requested it (passive receive). */
  readonly pulled?: true;
  /** The sender, if the firmware shows it (`AT+CIPDINFO=1`). */
  readonly remote?: Endpoint;
}

/** The line has lost bytes of a block or of its header. Nothing of the block is passed on. */
export interface Damage {
  readonly kind: 'damage';
  /** The link of the block, if that is certain. */
  readonly link: number | undefined;
  /** Whether pushed data of other links may be lost, too. */
  readonly others: boolean;
  /** Present if the line fell silent in the middle of it. */
  readonly isCutOff?: true;
}

/** One message of the modem, or what the line has left of it. */
export type Frame =
  /** The end of a command's answer. */
  | { readonly kind: 'final'; readonly result: 'OK' | 'ERROR' | 'FAIL' }
  /** The modem has dropped a line because it is busy. */
  | { readonly kind: 'busy' }
  /** `>`: the modem waits for the bytes to send. */
  | { readonly kind: 'prompt' }
  /** `Recv n bytes`: the modem has taken the bytes to send. */
  | { readonly kind: 'taken'; readonly length: number }
  /** `SEND OK` or `SEND FAIL`; the firmware does not say for which link. */
  | { readonly kind: 'sent'; readonly ok: boolean }
  /** `4,2,SEND OK` or `4,2,SEND FAIL`: what has become of a segment that is in the send buffer of a link. */
  | { readonly kind: 'segment'; readonly link: number; readonly segment: number; readonly ok: boolean }
  | Block
  | Damage
  /** Passive receive: this many bytes wait in the modem. */
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
   * A line that some firmware is known to print: a part of an answer, or a diagnostic. `bytes` is present if the line
   * is not UTF-8, such as one with the name of a network.
   */
  | { readonly kind: 'line'; readonly text: string; readonly bytes?: Buffer }
  /**
   * A whole line that is not known: from the firmware of another maker, from newer firmware, or from a log. It is
   * doubtful if it may mean that the modem has started again, or if bytes of a known line may be missing. The driver
   * then asks the modem.
   */
  | { readonly kind: 'unknown'; readonly text: string; readonly isDoubtful?: true }
  /** The rest of a line that has lost bytes. Data may be lost with them. */
  | { readonly kind: 'fragment'; readonly text: string }
  /** Bytes that are not a line of any firmware, or that announce something impossible. */
  | { readonly kind: 'noise'; readonly length: number };

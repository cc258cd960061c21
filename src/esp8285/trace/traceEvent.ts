import type { Frame } from '../grammar/frame';

/**
 * One thing that went over the line to the modem, or came from it, or what the driver has made of that. Keys, and what may
 * be left of one, are not in it.
 */
export interface TraceEvent {
  /** Milliseconds, by the interface's scheduler. */
  readonly time: number;
  /** Which way it went. The driver's own notes are `'by driver'`. */
  readonly direction: 'to modem' | 'from modem' | 'by driver';
  /**
   * What the host says is a command or data; what the modem says is named as the driver understood it. A note is the
   * driver's own: what it goes without or waits for, and why; what has become of the line, and what the line tells of itself.
   */
  readonly kind: 'command' | 'data' | 'note' | Frame['kind'];
  /** Number of the link, where it is about one. */
  readonly link?: number;
  /** Bytes of the payload, or of the line as shown, without its end. */
  readonly size: number;
  /** The line, without control characters; of a payload, and of a line that a key may be in, only how long it is. */
  readonly text: string;
}

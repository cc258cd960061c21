/**
 * One event of a trace: something that went over the line to the modem or came from it, or a note of the driver. It shows no
 * key, nor what may be left of one.
 *
 *     nic.trace$.subscribe(({ time, direction, kind, text }) => console.log(time, direction, kind, text));
 */
export interface TraceEvent {
  /** Milliseconds, by the interface's scheduler: since 1970 with the default one. */
  readonly time: number;
  /** Which way it went; `'by driver'` for a note. */
  readonly direction: 'to modem' | 'from modem' | 'by driver';
  /**
   * What it is. The driver says a `command` or `data`; what the modem says has the kind that the driver understood. A `note`
   * is the driver's own: what it does without or waits for, what has happened to the line, and what the line tells of itself.
   */
  readonly kind:
    | 'command'
    | 'data'
    | 'note'
    | 'block'
    | 'booted'
    | 'booting'
    | 'busy'
    | 'closed'
    | 'damage'
    | 'final'
    | 'fragment'
    | 'line'
    | 'noise'
    | 'notice'
    | 'opened'
    | 'prompt'
    | 'sent'
    | 'station'
    | 'taken'
    | 'unknown'
    | 'wifi';
  /** The number of the link that it is about, 0 to 4; left out where it is about none. */
  readonly link?: number;
  /** Bytes of the payload, or of the line as shown, without its end. */
  readonly size: number;
  /** The line, without control characters. Of a payload, and of a line that may show a key, it tells only the length. */
  readonly text: string;
}

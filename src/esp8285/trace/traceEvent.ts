/**
 * One event of a trace: something that went over the line to the modem or came from it, or a note of the driver. It
 * shows no key, not even a part of one.
 *
 *     nic.trace$.subscribe(({ time, direction, kind, text }) => console.log(time, direction, kind, text));
 */
export interface TraceEvent {
  /** Milliseconds, by the interface's scheduler: since 1970 with the default one. */
  readonly time: number;
  /** The direction; `'by driver'` for a note. */
  readonly direction: 'to modem' | 'from modem' | 'by driver';
  /**
   * What it is. The driver sends a `command` or `data`. A message of the modem has the kind of its frame. A `note`
   * comes from the driver: what it does without or waits for, what has happened to the line, and the notices of the
   * line.
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
    | 'segment'
    | 'sent'
    | 'station'
    | 'taken'
    | 'unknown'
    | 'wifi';
  /** The number of the link that it is about, 0 to 4. Left out if it is about no link. */
  readonly link?: number;
  /** The number of bytes of the payload, or of the line as shown, without its end. */
  readonly size: number;
  /**
   * The line, without control characters. For a payload, and for a line that may show a key, it contains only the
   * length.
   */
  readonly text: string;
}

/**
 * What the conversation expects. A `>` or a `+CIPRECVDATA` that is not expected is an ordinary line. The cutter reads
 * this object with each frame, so its owner may change it between two frames.
 */
export interface Expectation {
  /** Whether a send waits for its prompt. */
  readonly prompt: boolean;
  /**
   * The line of numbers that the answer begins with, as `3,2` before the prompt of a segment. Another line of numbers is
   * the rest of a message.
   */
  readonly numbers?: RegExp | undefined;
  /** The link whose data were requested last. */
  readonly reading: number | undefined;
  /** The most bytes that were requested with it, if that is known. */
  readonly asked?: number | undefined;
  /** Whether the modem numbers its links. A message or a header without a number is then damaged. */
  readonly numbersLinks?: boolean;
  /** Changes when the end of an unfinished message will not come. The cutter then discards that message. */
  readonly discards: number;
}

/**
 * What the conversation makes possible: a `>` or a `+CIPRECVDATA` that nobody waits for is a line like any other. The
 * cutter reads it with each frame, so its owner may change it between two frames.
 */
export interface Expectation {
  /** A send waits for its prompt. */
  readonly prompt: boolean;
  /** The link whose data have been asked for last. */
  readonly reading: number | undefined;
  /** Most bytes that have been asked for with it, where that is known. */
  readonly asked?: number | undefined;
  /** The modem has been told to number its links: a message or a header without a number is damaged. */
  readonly numbersLinks?: boolean;
  /** Changes when the end of what the modem has begun to say will not come: the cutter then discards it. */
  readonly discards: number;
}

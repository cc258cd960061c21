/** A text is not a recording, or a line of it is damaged. */
export class RecordingError extends Error {
  /** Always `'RecordingError'`. */
  override readonly name = 'RecordingError';

  /**
   * @param line The number of the line, from 1.
   * @param what What is wrong with it.
   */
  constructor(
    readonly line: number,
    what: string,
  ) {
    super(`line ${line} of the recording ${what}`);
  }
}

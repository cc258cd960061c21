/** The modem did not answer before a deadline. Its answer may still come at any time. */
export class Unanswered extends Error {
  override readonly name: string = 'Unanswered';

  /**
   * @param shown The command, without secrets.
   * @param milliseconds How long the driver has waited for the answer.
   */
  constructor(
    shown: string,
    milliseconds: number,
    message = `the modem did not answer ${shown} within ${milliseconds / 1000} s`,
  ) {
    super(message);
  }
}

/**
 * The modem has finished and is free, but the line that says how the command has ended was lost, or was not understood.
 */
export class AnswerLost extends Unanswered {
  override readonly name = 'AnswerLost';

  /**
   * @param shown The command, without secrets.
   * @param lines What the modem has said about it, as far as it was understood.
   * @param milliseconds How long the driver has waited for the answer.
   */
  constructor(
    readonly shown: string,
    readonly lines: readonly string[],
    milliseconds: number,
  ) {
    const said = lines.length > 0 ? `; it has said ${lines.join(' / ')}` : '';
    super(shown, milliseconds, `the modem is done with ${shown}, and how that ended was lost on the line${said}`);
  }
}

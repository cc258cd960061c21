/** The modem let a deadline pass. What it still owes may come at any time. */
export class Unanswered extends Error {
  override readonly name: string = 'Unanswered';

  /**
   * @param shown What was asked, without secrets.
   * @param milliseconds How long the answer was waited for.
   */
  constructor(
    shown: string,
    milliseconds: number,
    message = `the modem did not answer ${shown} within ${milliseconds / 1000} s`,
  ) {
    super(message);
  }
}

/** The modem is free again and owes nothing, but the line that says how the command ended was lost, or was not understood. */
export class AnswerLost extends Unanswered {
  override readonly name = 'AnswerLost';

  /**
   * @param shown What was asked, without secrets.
   * @param lines What the modem has said about it, as far as it was understood.
   * @param milliseconds How long the answer was waited for.
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

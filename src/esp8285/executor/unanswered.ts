/** The modem let a deadline pass: what it still owes may come at any time. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  /**
   * @param shown What was asked, without secrets.
   * @param milliseconds How long it was waited for.
   */
  constructor(shown: string, milliseconds: number) {
    super(`the modem did not answer ${shown} within ${String(milliseconds / 1000)} s`);
  }
}

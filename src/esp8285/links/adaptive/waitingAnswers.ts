import type { Waiting } from './switchEvidence';

/** An answer that was believed, and how many bytes had been pushed until then. */
interface Believed {
  readonly length: number;
  readonly pushed: number;
}

/**
 * The answers of a modem that was told to push, to the question how many bytes wait. The line may lose a digit of one, and
 * fewer waiting bytes would look as if the modem had pushed them. So a length is believed if what has been pushed since the
 * last one accounts for it, or if the modem says it twice.
 */
export class WaitingAnswers {
  private readonly believed = new Map<number, Believed>();
  private readonly doubted = new Map<number, number>();

  /** @param before What waited before the modem was told. */
  constructor(before: Waiting) {
    for (const [id, length] of before.entries()) if (length !== undefined) this.believed.set(id, { length, pushed: 0 });
  }

  /**
   * Returns the length that the modem has said of a link; `undefined` if it is not believed.
   *
   * @param pushed How many bytes of the link the modem has pushed since it was told to.
   */
  believe(id: number, length: number | undefined, pushed: number): number | undefined {
    if (length === undefined) return undefined;
    const last = this.believed.get(id) ?? { length: 0, pushed: 0 };
    const isAccounted = length >= last.length - Math.max(0, pushed - last.pushed);
    if (!isAccounted && this.doubted.get(id) !== length) {
      this.doubted.set(id, length);
      return undefined;
    }
    this.believed.set(id, { length, pushed });
    this.doubted.delete(id);
    return length;
  }
}

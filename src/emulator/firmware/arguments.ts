import type { Argument } from './commandLine';
import { errorCode, Refusal } from './refusal';

/** The arguments of a command, checked as they are read. Each method throws a Refusal for a wrong argument. */
export class Arguments {
  constructor(private readonly args: readonly (Argument | undefined)[]) {}

  get count(): number {
    return this.args.length;
  }

  /** Refuses more than `most` arguments. */
  limit(most: number): void {
    if (this.args.length > most) throw new Refusal('', errorCode.count);
  }

  /** Whether there is an argument at this place, and it is not empty. */
  has(index: number): boolean {
    return this.args[index] !== undefined;
  }

  isText(index: number): boolean {
    return this.args[index]?.quoted === true;
  }

  /**
   * A whole number from `low` to `high`.
   *
   * @param words The text that NonOS prints before `ERROR` for a wrong argument.
   */
  number(index: number, low: number, high: number, words = ''): number {
    const arg = this.args[index];
    if (arg === undefined) throw new Refusal(words || 'Miss param', errorCode.count);
    if (arg.quoted || !/^-?\d{1,10}$/.test(arg.text)) throw new Refusal(words, errorCode.type);
    const value = Number(arg.text);
    if (value < low || value > high) throw new Refusal(words, errorCode.invalid);
    return value;
  }

  flag(index: number): boolean {
    return this.number(index, 0, 1) === 1;
  }

  /** A quoted text of at most `longest` bytes. */
  text(index: number, longest: number, words = ''): string {
    const arg = this.args[index];
    if (arg === undefined) throw new Refusal(words || 'Miss param', errorCode.count);
    if (!arg.quoted) throw new Refusal(words, errorCode.type);
    if (arg.text.length > longest) throw new Refusal(words, errorCode.length);
    return arg.text;
  }
}

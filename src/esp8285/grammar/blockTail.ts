import { leavesHalf } from './blockEnd';
import { isLogLine } from './firmwareLine';
import { isGarbledWord, isNamed } from './fragment';
import type { OpenBlock } from './openBlock';

/** The number of bytes of a line end. */
const lineEnd = 2;

/**
 * A block and the unknown text after it. The text may be lines of a log, or the rest of the block's own data, if its
 * header has lost a digit of the length. So the bytes up to the next certain message are counted.
 */
export class BlockTail {
  /** The number of bytes after the block. */
  size = 0;
  private continued: boolean | undefined;
  /** The first bytes after the block, as long as they have no meaning. */
  private blank = '';

  /**
   * @param isHandedOn Whether the block was passed on when its last byte had come, because nothing spoke against it.
   */
  constructor(
    readonly block: OpenBlock,
    readonly isHandedOn: boolean,
  ) {}

  /** Whether the text could be the rest of the block's own data. */
  get isContinued(): boolean {
    return this.continued === true;
  }

  /** Examines an unknown line before it is counted. */
  note(text: string): void {
    const isOther = isLogLine(text) || isNamed(text) || isGarbledWord(text);
    this.continued ??= this.size === 0 && !isOther && goesOn(this.block.end.slice(-1), text.charAt(0));
  }

  /** Counts bytes without a meaning. Returns whether they show that the block has taken a byte that is not its own. */
  skip(bytes: Buffer): boolean {
    const isFirst = this.size === this.blank.length && this.size <= lineEnd;
    this.size += bytes.length;
    if (isFirst) this.blank += bytes.toString('latin1');
    return isFirst && leavesHalf(this.blank);
  }

  /**
   * Whether the block and the text together have the printed length, assuming that the line has damaged one digit or
   * bit of the length.
   *
   * @param following How many of the last bytes belong to the next message.
   */
  isOwn(following: number): boolean {
    return this.isContinued && isMisprint(this.block.length, this.block.length + this.size - following);
  }
}

/**
 * Whether a text may continue like that: not with a capital letter after a small one, and not with a sign that begins
 * something.
 */
function goesOn(last: string, next: string): boolean {
  if (/[A-Za-z\d]/.test(next)) return !/[a-z]/.test(last) || !/[A-Z]/.test(next);
  return /[\s.,;:!?)\]{}"'<>%]/.test(next) || /[\s:=,([{"'<>-]/.test(last);
}

/** Whether the line may have turned the second number into the first one. */
function isMisprint(read: number, printed: number): boolean {
  const [got, sent] = [String(read), String(printed)];
  if (got.length === sent.length) {
    const changed = Array.from(got).flatMap((digit, at) =>
      digit === sent[at] ? [] : [Number(digit) ^ Number(sent[at])],
    );
    return changed.length === 1 && [1, 2, 4, 8].includes(changed[0] ?? 0);
  }
  let front = 0;
  while (front < got.length && got[front] === sent[front]) front++;
  return got.length < sent.length && sent.endsWith(got.slice(front));
}

import { BlockTail } from './blockTail';
import type { Frame } from './frame';
import type { OpenBlock } from './openBlock';

/** Most bytes of unknown lines without a pause: more are a payload. */
const longestInARow = 1024;

/**
 * The unknown lines since the last certain message, and the block in front of them. They are news, or the rest of the block's
 * own data; what comes next tells.
 */
export class PendingNews {
  private tail: BlockTail | undefined;
  /** Bytes of the lines since a certain message or a pause. */
  private inARow = 0;
  /** The last line, if nothing has come since, not even a line end. */
  private last: string | undefined;

  /** Whether a silence now would mean something. */
  get isUnfinished(): boolean {
    return this.tail !== undefined || this.inARow > 0;
  }

  /** Bytes of a block that is not handed on yet. */
  get heldBytes(): number {
    return this.tail === undefined || this.tail.isHandedOn ? 0 : this.tail.block.filled;
  }

  /** Whether the text could be the rest of the block's own data. */
  get isContinued(): boolean {
    return this.tail?.isContinued === true;
  }

  /** @param isHandedOn Nothing spoke against the block when its last byte had come. */
  follow(block: OpenBlock, isHandedOn: boolean): void {
    this.tail = new BlockTail(block, isHandedOn);
  }

  /** Takes an unknown line, and yields it. `size` is its length in bytes, with its end. */
  *add(news: Extract<Frame, { kind: 'unknown' }>, size: number): Generator<Frame> {
    if (this.tail) {
      this.tail.note(news.text);
      this.tail.size += size;
    }
    this.last = news.text;
    this.inARow += size;
    yield news;
    if (this.inARow <= longestInARow) return;
    this.inARow = 0;
    yield* this.endBlock('lost');
    yield { kind: 'damage', link: undefined, others: true };
  }

  /** Takes notice of bytes without a meaning. */
  skip(size: number): void {
    if (size > 0) this.last = undefined;
    if (this.tail) this.tail.size += size;
  }

  /**
   * A certain message comes, or one that makes no sense: now it shows which lines were news, and which were data.
   *
   * @param lineEnd Bytes of the line end in front of the message.
   * @param isLed The message always has one in front. A line that ends with that one has lost its own.
   */
  *end(lineEnd: number, isLed = false): Generator<Frame> {
    const torn = isLed ? this.last : undefined;
    this.last = undefined;
    this.inARow = 0;
    const isOwn = torn !== undefined && this.isContinued;
    yield* this.endBlock(isOwn ? 'own' : torn === undefined ? lineEnd : 'lost');
    if (torn !== undefined && !isOwn) yield { kind: 'fragment', text: torn };
  }

  /** @param how How many of the last bytes belong to what follows; or what is known of the block. */
  *endBlock(how: number | 'own' | 'lost' | 'cut off'): Generator<Frame> {
    const { tail } = this;
    this.tail = undefined;
    if (tail === undefined) return;
    const { block, isHandedOn } = tail;
    if (how === 'own' || (typeof how === 'number' && tail.isOwn(how))) yield block.damage(0);
    else if (isHandedOn) return;
    else if (typeof how === 'number') yield block.whole;
    else yield block.damage(undefined, how === 'cut off' || undefined);
  }

  /** Nothing has come for a moment. The end of pulled data is their `OK`, so the block of those goes on. */
  *settle(): Generator<Frame> {
    this.inARow = 0;
    if (this.tail?.isHandedOn || !this.tail?.block.isPulled) yield* this.endBlock(0);
  }

  /** Nothing has come for so long that what has been begun gets no end. */
  *giveUp(): Generator<Frame> {
    this.inARow = 0;
    yield* this.endBlock('cut off');
  }
}

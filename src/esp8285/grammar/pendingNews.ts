import { BlockTail } from './blockTail';
import type { Frame } from './frame';
import type { OpenBlock } from './openBlock';

/** Most bytes of lines that nobody knows, printed without a pause: more are a payload. */
const longestInARow = 1024;

/**
 * What nobody knows of since the last thing that is certain: lines, and the block behind which they stand. They are news, or
 * they are the rest of the block's own data; what comes next tells.
 */
export class PendingNews {
  private tail: BlockTail | undefined;
  /** Bytes of the lines since something certain, or a pause. */
  private inARow = 0;
  /** The last line, when nothing has come since, no line end either. */
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

  /** Takes a line that nobody knows, of so many bytes with its end, and yields what is to be told of it. */
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

  /** So many bytes that say nothing have come. */
  skip(size: number): void {
    if (size > 0) this.last = undefined;
    if (this.tail) this.tail.size += size;
  }

  /**
   * Something certain comes, or something that makes no sense: now it shows what was news, and what was data.
   *
   * @param lineEnd Bytes of the line end in front of it.
   * @param isLed It always has one in front: a line that has ended with that one has none of its own.
   */
  *end(lineEnd: number, isLed = false): Generator<Frame> {
    const torn = isLed ? this.last : undefined;
    this.last = undefined;
    this.inARow = 0;
    const isOwn = torn !== undefined && this.isContinued;
    yield* this.endBlock(isOwn ? 'own' : torn === undefined ? lineEnd : 'lost');
    if (torn !== undefined && !isOwn) yield { kind: 'fragment', text: torn };
  }

  /** @param how How many of the last bytes are of what follows; or what is known of the block, or of all of it. */
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

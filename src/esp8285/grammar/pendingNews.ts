import { BlockTail } from './blockTail';
import type { Frame } from './frame';
import type { OpenBlock } from './openBlock';

/** The most bytes of unknown lines without a pause. More are a payload. */
const longestInARow = 1024;

/**
 * The unknown lines since the last certain message, and the block before them. They are news, or the rest of the
 * block's own data. The next message decides.
 */
export class PendingNews {
  private tail: BlockTail | undefined;
  /** The number of bytes of unknown lines since the last certain message or pause. */
  private inARow = 0;
  /** The last line, if nothing has come after it, not even a line end. */
  private last: string | undefined;

  constructor(private readonly emit: (frame: Frame) => void) {}

  /** Whether a silence now would mean something. */
  get isUnfinished(): boolean {
    return this.tail !== undefined || this.inARow > 0;
  }

  /** The number of bytes of a block that is not passed on yet. */
  get heldBytes(): number {
    return this.tail === undefined || this.tail.isHandedOn ? 0 : this.tail.block.filled;
  }

  /** The number of bytes behind a block that was passed on at once; `undefined` if there is none. */
  get bytesBehind(): number | undefined {
    return this.tail?.isHandedOn ? this.tail.size : undefined;
  }

  /** Whether the text could be the rest of the block's own data. */
  get isContinued(): boolean {
    return this.tail?.isContinued === true;
  }

  /**
   * @param isHandedOn Whether the block was passed on when its last byte had come, because nothing spoke against it.
   */
  follow(block: OpenBlock, isHandedOn: boolean): void {
    this.tail = new BlockTail(block, isHandedOn);
  }

  /** Takes an unknown line, and emits it. `size` is its length in bytes, with its end. */
  add(news: Extract<Frame, { kind: 'unknown' }>, size: number): void {
    if (this.tail) {
      this.tail.note(news.text);
      this.tail.size += size;
    }
    this.last = news.text;
    this.inARow += size;
    this.emit(news);
    if (this.inARow <= longestInARow) return;
    this.inARow = 0;
    this.endBlock('lost');
    this.emit({ kind: 'damage', link: undefined, others: true });
  }

  /** Counts bytes without a meaning. */
  skip(bytes: Buffer): void {
    if (bytes.length > 0) this.last = undefined;
    const { tail } = this;
    if (!tail?.skip(bytes)) return;
    this.tail = undefined;
    this.emit(tail.block.damage(0));
  }

  /**
   * A certain message comes, or one that makes no sense. It decides which lines were news, and which were data.
   *
   * @param lineEnd The number of bytes of the line end before the message.
   * @param isLed Whether the message always has a line end before it. A line that ends with that line end has lost its
   *   own.
   */
  end(lineEnd: number, isLed = false): void {
    const torn = isLed ? this.last : undefined;
    this.last = undefined;
    this.inARow = 0;
    const isOwn = torn !== undefined && this.isContinued;
    this.endBlock(isOwn ? 'own' : torn === undefined ? lineEnd : 'lost');
    if (torn !== undefined && !isOwn) this.emit({ kind: 'fragment', text: torn });
  }

  /** @param how How many of the last bytes belong to the next message, or what is known about the block. */
  endBlock(how: number | 'own' | 'lost' | 'cut off'): void {
    const { tail } = this;
    this.tail = undefined;
    if (tail === undefined) return;
    const { block, isHandedOn } = tail;
    if (how === 'own' || (typeof how === 'number' && tail.isOwn(how))) this.emit(block.damage(0));
    else if (isHandedOn) return;
    else if (typeof how === 'number') this.emit(block.whole);
    else this.emit(block.damage(undefined, how === 'cut off' || undefined));
  }

  /** Nothing has come for a moment. Pulled data end with their `OK`, so a pulled block stays open. */
  settle(): void {
    this.inARow = 0;
    if (this.tail?.isHandedOn || !this.tail?.block.isPulled) this.endBlock(0);
  }

  /** Nothing has come for so long that an unfinished message is cut off. */
  giveUp(): void {
    this.inARow = 0;
    this.endBlock('cut off');
  }
}

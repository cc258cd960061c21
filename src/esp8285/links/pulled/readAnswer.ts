import { asBuffer } from '../../../streams';
import type { Block } from '../../grammar/frame';

/** How a read has ended. `lost`: the end of the answer was lost, and perhaps the data with it. */
export type ReadEnd = 'complete' | 'lost';

/** The end of an answer, but for its line end. */
const endOfAnswer = Buffer.from('\r\nOK');
/** The most bytes of the end of an answer and of the next message that a block is looked through for. */
const longestExcess = 64;

/**
 * The answer to the read in progress, or to the last one: what it has brought, and which parts of it cannot be believed,
 * because the line may have lost bytes.
 */
export class ReadAnswer {
  /** Bytes that it has brought; `undefined` until its block has come. */
  private handedOver: number | undefined;
  /** The block that it has brought, if that may have taken the end of the answer for its last bytes. */
  private doubtful: Block | undefined;
  /** How many bytes were asked for. */
  private asked = 0;
  /** Whether the line may have lost a part of the answer. */
  private isInterrupted = false;
  /** Whether it was a refusal although data were announced. */
  private isRefusalOdd = false;

  /** @param deliver Takes the blocks that are believed, in their order. */
  constructor(private readonly deliver: (block: Block) => void) {}

  /** Whether what seemed to be a refusal may have been a part of the data. */
  get mayBeData(): boolean {
    return this.isRefusalOdd;
  }

  /** A read of that many bytes begins. */
  begin(size: number): void {
    this.handedOver = this.doubtful = undefined;
    this.asked = size;
    this.isInterrupted = this.isRefusalOdd = false;
  }

  /** The line may have lost a part of the answer. What has come of it is not believed. */
  interrupted(): void {
    this.handedOver = this.doubtful = undefined;
    this.isInterrupted = true;
  }

  /**
   * Whether a block of that many bytes is shorter than it has to be, after a loss. Then it may have been a part of the data.
   *
   * @param owed How many bytes the modem has announced and not handed over.
   */
  isTooShort(length: number, owed: number): boolean {
    return this.isInterrupted && length < Math.min(this.asked, owed);
  }

  /** A block has come. If it was pulled, it is the answer, and may be delivered later. */
  took(block: Block): void {
    if (block.pulled) this.handedOver = (this.handedOver ?? 0) + block.bytes.length;
    this.deliverDoubtful();
    if (block.pulled && mayHoldEnd(block)) this.doubtful = block;
    else this.deliver(block);
  }

  /** The answer has ended. Returns how many bytes it has brought; `undefined` if no block has come. */
  ended(end: ReadEnd): number | 'lost' | undefined {
    if (end === 'complete') this.deliverDoubtful();
    return end === 'lost' && (this.handedOver === undefined || this.doubtful) ? 'lost' : this.handedOver;
  }

  /**
   * The modem seems to refuse the read. Returns whether that can be believed.
   *
   * @param isOwed Whether the modem has announced data and not handed them over.
   */
  refused(isOwed: boolean): boolean {
    this.isRefusalOdd = isOwed;
    return !this.doubtful && !(isOwed && this.isInterrupted);
  }

  private deliverDoubtful(): void {
    const block = this.doubtful;
    this.doubtful = undefined;
    if (block) this.deliver(block);
  }
}

/**
 * Whether the line may have lost bytes of a block, so that its last bytes are the end of the answer, or a part of it, and
 * perhaps the beginning of the next message.
 */
function mayHoldEnd({ bytes }: Block): boolean {
  const end = bytes.length - longestExcess;
  return asBuffer(bytes).includes(endOfAnswer, Math.max(0, end));
}

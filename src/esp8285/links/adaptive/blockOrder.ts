import type { Block } from '../../grammar/frame';

/** The most bytes that are held for a link while it is unknown, or not read yet, what comes before them. */
const mostHeld = 65_536;

/**
 * Keeps the blocks of a link in order while the modem changes from pulled to pushed data: those that it pushes are held
 * until it is known whether data that wait in the modem come before them.
 */
export class BlockOrder {
  /** Bytes of the blocks that are held. */
  heldBytes = 0;
  /** The length of the longest block that has been held since {@link BlockOrder.hold}. */
  longest = 0;

  private held: Block[] = [];
  private isHeld = false;
  private ahead = 0;

  /** @param deliver Takes the blocks in their order. */
  constructor(private readonly deliver: (block: Block) => void) {}

  /** Whether blocks that are pushed are held. */
  get isHolding(): boolean {
    return this.isHeld;
  }

  /** Whether more is held than may be. */
  get isFull(): boolean {
    return this.heldBytes > mostHeld;
  }

  /** Bytes that have to be pulled before the blocks that are held. */
  get missing(): number {
    return this.ahead;
  }

  take(block: Block): void {
    if (!this.isHeld) {
      this.deliver(block);
    } else if (block.pulled) {
      this.deliverPulled(block);
    } else {
      this.held.push(block);
      this.heldBytes += block.bytes.length;
      this.longest = Math.max(this.longest, block.bytes.length);
    }
  }

  /** Blocks that are pushed from now on are held. */
  hold(): void {
    this.isHeld = true;
    this.longest = 0;
    if (this.held.length === 0) this.ahead = 0;
  }

  /** Nothing that waits in the modem comes before the blocks that are held. */
  release(): void {
    this.isHeld = false;
    this.ahead = this.heldBytes = 0;
    for (const block of this.held.splice(0)) this.deliver(block);
  }

  /**
   * The modem has kept this many bytes, which come before the blocks that are held; `undefined` if that is not certain.
   *
   * @param isExact Whether this is the number of bytes that have to be pulled. If not, they cannot come first.
   * @returns Whether the order is known.
   */
  keptAhead(kept: number | undefined, isExact: boolean): boolean {
    // What came between two changes is behind what was held at the first one, and before what was held at the second.
    if (this.ahead > 0 && kept !== this.ahead) return false;
    const isFirst = kept === 0 || this.heldBytes === 0;
    if (!isFirst && (kept === undefined || !isExact)) return false;
    this.releaseAfter(isExact ? (kept ?? 0) : 0);
    return true;
  }

  /** This many bytes have to be pulled before the blocks that are held may be delivered. */
  releaseAfter(bytes: number): void {
    this.ahead = bytes;
    if (bytes === 0) this.release();
  }

  /** A read that was asked for before the change may also bring data that come after the blocks that are held. */
  private deliverPulled(block: Block): void {
    const { ahead } = this;
    if (block.length <= ahead || ahead === 0) {
      this.ahead = Math.max(0, ahead - block.length);
      this.deliver(block);
      if (ahead > 0 && this.ahead === 0) this.release();
    } else {
      this.deliver({ ...block, bytes: block.bytes.subarray(0, ahead), length: ahead });
      this.release();
      this.deliver({ ...block, bytes: block.bytes.subarray(ahead), length: block.length - ahead });
    }
  }
}

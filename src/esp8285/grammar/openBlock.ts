import { endSize } from './blockEnd';
import type { BlockHeader } from './blockHeader';
import type { Block, Damage } from './frame';

const nothing = Buffer.alloc(0);
const lineEnd = '\r\n';

const message = /[0-4],C(?:LOSED|ONNECT)\r\n|SEND (?:OK|FAIL)\r\n|WIFI (?:DISCONNECT|CONNECTED|GOT IP)\r\n/;

/** A block whose bytes are still coming, or which has not been judged yet. */
export class OpenBlock {
  /** How many bytes have come. */
  filled = 0;
  /** The payload: a slice of the chunk if it came in one, and else the copy of what has come, with room for the rest. */
  private bytes: Buffer = nothing;

  constructor(private readonly header: BlockHeader) {}

  get isPulled(): boolean {
    return this.header.pulled;
  }

  get length(): number {
    return this.header.length;
  }

  get missing(): number {
    return this.header.length - this.filled;
  }

  /** Whether a message of the modem is inside. Then the block has most likely swallowed it. */
  get holdsMessage(): boolean {
    return holdsMessage(this.came);
  }

  /** Its last bytes, in Latin-1. */
  get end(): string {
    return this.bytes.toString('latin1', Math.max(0, this.filled - endSize), this.filled);
  }

  get whole(): Block {
    const { bytes, header } = this;
    const { link, length, pulled, remote } = header;
    const block: Block = pulled
      ? { kind: 'block', link, bytes, length, pulled }
      : { kind: 'block', link, bytes, length };
    return remote ? { ...block, remote } : block;
  }

  /** Takes the missing bytes from a chunk, beginning at a place in it, and returns their number. */
  fill(chunk: Buffer, at = 0): number {
    const { length } = this;
    const size = Math.min(this.missing, chunk.length - at);
    if (size === length) {
      this.bytes = chunk.subarray(at, at + size);
    } else {
      if (this.filled === 0) this.bytes = Buffer.allocUnsafe(length);
      chunk.copy(this.bytes, this.filled, at, at + size);
    }
    this.filled += size;
    return size;
  }

  /**
   * Returns the frame of its damage, if the block has swallowed other bytes.
   *
   * @param swallowed How many of the last bytes are the beginning of the next message, if that is known.
   * @param isCutOff Whether a silence has ended the block.
   */
  damage(swallowed: number | undefined, isCutOff?: true): Damage {
    const own = this.bytes.subarray(0, this.filled - (swallowed ?? 0));
    // What the modem has said of other links may be inside, too: the network is lost, or a link has ended. The line end of
    // that may count as the beginning of the next message.
    const isClear = (swallowed !== undefined || this.missing > 0) && !holdsMessage(own, lineEnd);
    return { kind: 'damage', link: this.header.link, others: !isClear, ...(isCutOff && { isCutOff }) };
  }

  private get came(): Buffer {
    return this.bytes.subarray(0, this.filled);
  }
}

/** @param following What is known to follow the bytes. */
function holdsMessage(bytes: Buffer, following = ''): boolean {
  const end = bytes.toString('latin1', Math.max(0, bytes.length - endSize)) + following;
  return message.test(end) || bytes.includes('+IPD,');
}

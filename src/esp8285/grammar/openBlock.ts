import { endSize } from './blockEnd';
import type { BlockHeader } from './blockHeader';
import type { Block, Damage } from './frame';

const message = /[0-4],C(?:LOSED|ONNECT)\r\n|SEND (?:OK|FAIL)\r\n|WIFI (?:DISCONNECT|CONNECTED|GOT IP)\r\n/;

/** A block whose bytes are still coming, or which has not been judged yet. */
export class OpenBlock {
  missing: number;
  private readonly pieces: Buffer[] = [];

  constructor(private readonly header: BlockHeader) {
    this.missing = header.length;
  }

  get isPulled(): boolean {
    return this.header.pulled;
  }

  get length(): number {
    return this.header.length;
  }

  /** Whether a message of the modem is inside. Then the block has most likely swallowed it. */
  get holdsMessage(): boolean {
    return message.test(this.end) || Buffer.concat(this.pieces).includes('+IPD,');
  }

  /** The number of bytes that have come. */
  get filled(): number {
    return this.header.length - this.missing;
  }

  /** Its last bytes, in Latin-1. */
  get end(): string {
    let end = '';
    for (let at = this.pieces.length - 1; at >= 0 && end.length < endSize; at--) {
      end = (this.pieces[at]?.subarray(-endSize).toString('latin1') ?? '') + end;
    }
    return end.slice(-endSize);
  }

  get whole(): Block {
    const { link, length, pulled, remote } = this.header;
    const { pieces } = this;
    return { kind: 'block', link, pieces, length, ...(pulled && { pulled }), ...(remote && { remote }) };
  }

  /** Takes the missing bytes from the beginning of a chunk, and returns their number. */
  fill(bytes: Buffer): number {
    const piece = bytes.subarray(0, this.missing);
    this.pieces.push(piece);
    this.missing -= piece.length;
    return piece.length;
  }

  /**
   * Returns the frame of its damage, if the block has swallowed other bytes.
   *
   * @param swallowed How many of the last bytes are the beginning of the next message, if that is known.
   * @param isCutOff Whether a silence has ended the block.
   */
  damage(swallowed: number | undefined, isCutOff?: true): Damage {
    const own = Buffer.concat(this.pieces).subarray(0, this.filled - (swallowed ?? 0));
    const isClear = (swallowed !== undefined || this.missing > 0) && !own.includes('+IPD,');
    return { kind: 'damage', link: this.header.link, others: !isClear, ...(isCutOff && { isCutOff }) };
  }
}

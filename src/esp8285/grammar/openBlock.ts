import { endSize } from './blockEnd';
import type { BlockHeader } from './blockHeader';
import type { Block, Damage } from './frame';

const message = /[0-4],C(?:LOSED|ONNECT)\r\n|SEND (?:OK|FAIL)\r\n|WIFI (?:DISCONNECT|CONNECTED|GOT IP)\r\n/;

/** A block whose bytes are still coming, or have come but may be wrong. */
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

  /** Whether a message of the modem is inside: then the block has most likely swallowed it. */
  get holdsMessage(): boolean {
    return message.test(this.end) || Buffer.concat(this.pieces).includes('+IPD,');
  }

  /** Bytes that have come. */
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

  /** Takes the missing bytes from the front of a chunk, and returns how many it took. */
  fill(bytes: Buffer): number {
    const piece = bytes.subarray(0, this.missing);
    this.pieces.push(piece);
    this.missing -= piece.length;
    return piece.length;
  }

  /**
   * The damage, when the block has swallowed other bytes.
   *
   * @param swallowed How many of the last bytes are the beginning of what follows, where that can be told.
   * @param isCutOff A silence has ended it.
   */
  damage(swallowed: number | undefined, isCutOff?: true): Damage {
    const own = Buffer.concat(this.pieces).subarray(0, this.filled - (swallowed ?? 0));
    const isClear = (swallowed !== undefined || this.missing > 0) && !own.includes('+IPD,');
    return { kind: 'damage', link: this.header.link, others: !isClear, ...(isCutOff && { isCutOff }) };
  }
}

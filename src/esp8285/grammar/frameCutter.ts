import { asBuffer } from '../../streams';
import { type BlockHeader, blockHeader, longestHeader } from './blockHeader';
import type { Frame } from './frame';
import { lineFrame } from './lineFrame';

/** What the conversation makes possible: a `>` or a `+CIPRECVDATA` that nobody waits for is a line like any other. */
export interface Expectation {
  /** A send waits for its prompt. */
  prompt: boolean;
  /** The link whose data have been asked for last. */
  reading: number | undefined;
  /** Counts the times that the modem was not understood: what it had begun by then never gets its end. */
  beginnings: number;
}

/** Longest line held while waiting for its end, in bytes. No firmware prints a longer one. */
const longestLine = 1024;

/** Longest payload of one block, in bytes: several times what any firmware sends at once. */
const longestBlock = 65_536;

const [nul, lineFeed, carriageReturn, blank, promptMark, plus] = [0x00, 0x0a, 0x0d, 0x20, 0x3e, 0x2b];
const nothing = Buffer.alloc(0);

interface OpenBlock {
  readonly header: BlockHeader;
  readonly pieces: Buffer[];
  missing: number;
}

/**
 * Cuts what a modem says into frames, whatever the chunks in which it comes. Payloads are counted, never searched, and
 * handed on as slices of the chunks; only the unfinished head of a line is copied.
 */
export class FrameCutter {
  private block: OpenBlock | undefined;
  private held = nothing;
  private skipped = 0;
  private behindPrompt = false;
  private beginnings = 0;

  /** @param expecting Looked at when it matters, so that its owner may change it between two frames. */
  constructor(private readonly expecting: Readonly<Expectation>) {}

  /** Takes the next chunk and yields the frames that it completes. */
  *push(bytes: Uint8Array): Generator<Frame> {
    const chunk = asBuffer(bytes);
    if (this.beginnings !== this.expecting.beginnings) this.beginAgain();
    let at = 0;
    while (at < chunk.length) {
      if (this.block) {
        at += this.fill(this.block, chunk.subarray(at));
        if (this.block.missing === 0) yield this.closeBlock(this.block);
        continue;
      }
      if (this.held.length === 0 && this.skipped === 0) {
        at = this.skipBlank(chunk, at);
        if (at === chunk.length) return;
        if (this.expecting.prompt && chunk[at] === promptMark) {
          at++;
          this.behindPrompt = true;
          yield { kind: 'prompt' };
          continue;
        }
      }
      const header = this.headerAt(chunk, at);
      if (header) {
        at += header.size - this.held.length;
        this.held = nothing;
        if (header.length > longestBlock) yield { kind: 'noise', length: header.size };
        else if (header.length === 0) yield this.closeBlock({ header, pieces: [], missing: 0 });
        else this.block = { header, pieces: [], missing: header.length };
        continue;
      }
      const end = chunk.indexOf(lineFeed, at);
      if (end < 0) {
        this.hold(chunk.subarray(at));
        return;
      }
      const line = this.held.length > 0 ? Buffer.concat([this.held, chunk.subarray(at, end)]) : chunk.subarray(at, end);
      at = end + 1;
      this.held = nothing;
      yield this.lineOf(line);
    }
  }

  private beginAgain(): void {
    this.beginnings = this.expecting.beginnings;
    this.block = undefined;
    this.held = nothing;
    this.skipped = 0;
  }

  private fill(block: OpenBlock, rest: Buffer): number {
    const piece = rest.subarray(0, block.missing);
    block.pieces.push(piece);
    block.missing -= piece.length;
    return piece.length;
  }

  private closeBlock({ header, pieces }: OpenBlock): Frame {
    this.block = undefined;
    const { link, length, remote } = header;
    return { kind: 'block', link, pieces, length, ...(remote && { remote }) };
  }

  /** Line ends, NULs (seen in front of the first line after a start) and the blank that AT 1.x prints behind `>`. */
  private skipBlank(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === blank && this.behindPrompt) this.behindPrompt = false;
      else if (byte !== lineFeed && byte !== carriageReturn && byte !== nul) break;
    }
    if (at < chunk.length) this.behindPrompt = false;
    return at;
  }

  private headerAt(chunk: Buffer, at: number): BlockHeader | undefined {
    const isCandidate = this.held.length > 0 ? this.held[0] === plus : chunk[at] === plus;
    if (!isCandidate || this.skipped > 0 || this.held.length >= longestHeader) return undefined;
    return blockHeader(this.headText(chunk, at), this.expecting.reading);
  }

  private headText(chunk: Buffer, at: number): string {
    return this.held.toString('latin1') + chunk.toString('latin1', at, at + longestHeader - this.held.length);
  }

  private hold(rest: Buffer): void {
    if (this.skipped > 0) {
      this.skipped += rest.length;
    } else if (this.held.length + rest.length <= longestLine) {
      // A copy, for the rest of a line must not keep a whole chunk in memory.
      this.held = Buffer.concat([this.held, rest]);
    } else {
      this.skipped = this.held.length + rest.length;
      this.held = nothing;
    }
  }

  private lineOf(line: Buffer): Frame {
    const { skipped } = this;
    this.skipped = 0;
    if (skipped > 0 || line.length > longestLine) return { kind: 'noise', length: skipped + line.length };
    return lineFrame(withoutLineEnd(line).toString('utf8'));
  }
}

/** AT 1.x ends the echo of a line in `\r\r\n`. */
function withoutLineEnd(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && line[end - 1] === carriageReturn) end--;
  return line.subarray(0, end);
}

import { asBuffer } from '../../streams';
import { endSize, isSuspicious, judge, type Judgement } from './blockEnd';
import { type BlockHeader, blockHeader, longestHeader } from './blockHeader';
import type { Expectation } from './expectation';
import type { Frame } from './frame';
import { gluedPromptSize } from './gluedPrompt';
import { HeaderHabit } from './headerHabit';
import { isCutEcho, lineFrame } from './lineFrame';
import { OpenBlock } from './openBlock';
import { PendingNews } from './pendingNews';

/**
 * How a whole line that is not known is treated: as news, which is passed on and ignored, or as a rest of damaged data.
 */
export type UnknownLines = 'news' | 'damage';

/** The longest line that is held until its end comes, in bytes. No firmware prints a longer one. */
const longestLine = 1024;

/**
 * The longest payload of one block, in bytes. No firmware has more than its TCP window, which is 5760 or 5840 bytes.
 */
const longestBlock = 8192;

const [nul, lineFeed, carriageReturn, blank, promptMark, plus] = [0x00, 0x0a, 0x0d, 0x20, 0x3e, 0x2b];
const nothing = Buffer.alloc(0);
/** The character that replaces bytes that are not text. */
const notText = '\ufffd';
/** The number of bytes of `\r\nOK\r\n`, which comes after a pulled block. */
const pulledEnd = 6;
/** The number of bytes of a line end. */
const lineEnd = 2;
const lost = { swallowed: undefined, isCutOff: undefined };

/**
 * Cuts the bytes of a modem into frames, across the borders of chunks. Payloads are counted, never searched, and passed
 * on as slices of the chunks. Only a payload that comes in several chunks, and the beginning of an unfinished line, are
 * copied.
 *
 * A block is passed on once nothing speaks against it: a known message follows, or the block cannot have swallowed the
 * beginning of one, or nothing has followed for a moment. A damaged block becomes a frame `damage`, and the cutter goes
 * on at the next certain message.
 *
 * The memory of the cutter is bounded: it holds one block, one line, and the bytes after the block so far.
 */
export class FrameCutter {
  private block: OpenBlock | undefined;
  /** The bytes after a block, as long as they do not decide whether it is whole. */
  private following = nothing;
  private news: PendingNews;
  private readonly habit = new HeaderHabit();
  private held = nothing;
  /**
   * The number of skipped bytes of a line that is too long, or has no beginning; `undefined` for a line that makes
   * sense so far.
   */
  private skipped: number | undefined;
  private isStalled = false;
  private behindPrompt = false;
  private isEchoCut = false;
  private discards = 0;

  /** @param emit Takes each frame as soon as it is certain. It must not call the cutter. */
  constructor(
    private readonly expecting: Expectation,
    private readonly emit: (frame: Frame) => void,
    private readonly unknownLines: UnknownLines = 'news',
  ) {
    this.news = new PendingNews(emit);
  }

  /** Whether a silence now would mean something. */
  get isUnfinished(): boolean {
    if (this.block || this.news.isUnfinished) return true;
    return this.held.length > 0 && !this.isStalled;
  }

  /** Whether {@link settle} would change something now. */
  get maySettle(): boolean {
    return this.held.length === 0 && (this.news.isUnfinished || this.mayBeWhole);
  }

  /** How many bytes it holds: at most one block, one line, and the bytes after the block so far. */
  get heldBytes(): number {
    return (this.block?.filled ?? this.news.heldBytes) + this.following.length + this.held.length;
  }

  /**
   * How many bytes are certainly under way: the rest of a block, and of the `OK` after a pulled one. 0 if nothing is
   * certain.
   */
  get missing(): number {
    const { block } = this;
    if (block === undefined) return 0;
    return block.isPulled ? Math.max(0, block.missing + pulledEnd - this.following.length) : block.missing;
  }

  /** Takes the next chunk and emits the frames that it completes. */
  push(bytes: Uint8Array): void {
    if (this.discards !== this.expecting.discards) this.discard();
    this.isStalled = false;
    this.cut(asBuffer(bytes));
  }

  /** Nothing has come for a moment, so no rest of a message is under way. */
  settle(): void {
    if (this.block && this.mayBeWhole && this.following.every(isBetweenLines))
      this.decide(this.block, { kind: 'whole' });
    if (this.held.length === 0) this.news.settle();
  }

  /** Nothing has come for much longer than bytes under way need, so an unfinished message is cut off. */
  giveUp(): void {
    this.news.giveUp();
    // The bytes after a block may have begun another one.
    while (this.block) {
      this.decide(this.block, { kind: 'damaged', swallowed: undefined, isCutOff: true });
      // The next byte is the beginning of a message.
      this.skipped = undefined;
    }
    if (this.held.length === 0) return;
    if (this.held.at(-1) === carriageReturn) {
      const line = this.held;
      this.held = nothing;
      this.lineOf(line);
    } else {
      // If the rest still comes, it is understood.
      this.isStalled = true;
      this.emit({ kind: 'damage', link: undefined, others: true, isCutOff: true });
    }
  }

  /** Whether nothing is missing of the block. A pulled one is not complete before its `OK`. */
  private get mayBeWhole(): boolean {
    return this.block?.missing === 0 && !this.block.isPulled;
  }

  private cut(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.block && this.block.missing > 0) {
        at += this.block.fill(chunk, at);
        // After pushed data there may be nothing for ever.
        if (this.block.missing > 0 || at < chunk.length || this.block.isPulled || isSuspicious(this.block.end))
          continue;
        const { block } = this;
        this.decide(block, { kind: 'whole' });
        this.news.follow(block, true);
        continue;
      }
      if (this.block) {
        const following = this.followingOf(chunk, at);
        const text = following.toString('latin1');
        const { end } = this.block;
        this.habit.followed(end, text);
        const judgement = judge(end, text, this.expecting, this.habit.gluesHeaders);
        if (judgement.kind === 'open') {
          this.following = Buffer.from(following);
          return;
        }
        this.decide(this.block, judgement);
        continue;
      }
      if (this.held.length === 0 && this.skipped === undefined) {
        at = this.skipBlank(chunk, at);
        if (at === chunk.length) return;
        if (this.expecting.prompt && chunk[at] === promptMark) {
          at++;
          this.prompt();
          continue;
        }
      }
      const header = this.headerAt(chunk, at);
      if (header) {
        const { held } = this;
        this.held = nothing;
        if (!header.pulled && this.news.bytesBehind !== undefined) this.habit.came(this.news.bytesBehind);
        this.news.end(lineEnd, !header.pulled);
        this.open(header);
        // Until the block was expected, its first bytes were held as an unfinished line.
        this.cut(held.subarray(header.size));
        at += Math.max(0, header.size - held.length);
        continue;
      }
      const glued = this.gluedPromptAt(chunk, at);
      if (glued > 0) {
        at += glued - this.held.length;
        this.held = nothing;
        this.lineOf(Buffer.from('OK'));
        this.prompt();
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
      this.lineOf(line);
    }
  }

  private discard(): void {
    this.discards = this.expecting.discards;
    this.block = undefined;
    this.following = nothing;
    this.news = new PendingNews(this.emit);
    this.held = nothing;
    this.skipped = undefined;
  }

  private open(header: BlockHeader): void {
    const { link, length, pulled, numbered } = header;
    const { asked = longestBlock, numbersLinks = false } = this.expecting;
    if (length > (pulled ? asked : longestBlock) || (numbersLinks && !numbered)) {
      this.emit({ kind: 'damage', link: pulled ? link : undefined, others: !pulled });
      this.skipped = 0;
    } else if (length === 0) {
      const block = new OpenBlock(header);
      this.emit(block.whole);
      this.news.follow(block, true);
    } else {
      this.block = new OpenBlock(header);
    }
  }

  private followingOf(chunk: Buffer, at: number): Buffer {
    const more = chunk.subarray(at, at + endSize - this.following.length);
    return this.following.length > 0 ? Buffer.concat([this.following, more]) : more;
  }

  /** Passes the block on or emits its damage, and then processes the bytes after it. */
  private decide(block: OpenBlock, judgement: Judgement): void {
    const { following } = this;
    this.block = undefined;
    this.following = nothing;
    if (judgement.kind === 'news' && this.unknownLines === 'news' && !block.holdsMessage) {
      this.news.follow(block, false);
    } else if (judgement.kind === 'whole') {
      this.emit(block.whole);
    } else {
      const { swallowed, isCutOff } = judgement.kind === 'damaged' ? judgement : lost;
      this.emit(block.damage(swallowed, isCutOff));
      if (swallowed === undefined) this.skipped = 0;
      else if (swallowed > 0) this.cut(Buffer.from(block.end.slice(-swallowed), 'latin1'));
    }
    this.cut(following);
  }

  /** Skips line ends, NULs and the blank that AT 1.x prints after `>`. */
  private skipBlank(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === blank && this.behindPrompt) this.behindPrompt = false;
      else if (byte === undefined || !isBetweenLines(byte)) break;
    }
    if (at < chunk.length) this.behindPrompt = false;
    this.news.skip(chunk.subarray(start, at));
    return at;
  }

  private prompt(): void {
    this.behindPrompt = true;
    this.news.end(0);
    this.emit({ kind: 'prompt' });
  }

  private gluedPromptAt(chunk: Buffer, at: number): number {
    const isExpected = this.expecting.prompt && this.skipped === undefined && this.held.length < longestHeader;
    return isExpected ? gluedPromptSize(this.headText(chunk, at)) : 0;
  }

  private headerAt(chunk: Buffer, at: number): BlockHeader | undefined {
    const isCandidate = this.held.length > 0 ? this.held[0] === plus : chunk[at] === plus;
    if (!isCandidate || this.skipped !== undefined || this.held.length >= longestHeader) return undefined;
    return blockHeader(this.headText(chunk, at), this.expecting.reading);
  }

  private headText(chunk: Buffer, at: number): string {
    return this.held.toString('latin1') + chunk.toString('latin1', at, at + longestHeader - this.held.length);
  }

  private hold(rest: Buffer): void {
    if (this.skipped !== undefined) {
      this.skipped += rest.length;
    } else if (this.held.length + rest.length <= longestLine) {
      // A copy, because the rest of a line must not keep a whole chunk in memory.
      this.held = Buffer.concat([this.held, rest]);
    } else {
      this.skipped = this.held.length + rest.length;
      this.held = nothing;
    }
  }

  private lineOf(line: Buffer): void {
    const { skipped, isEchoCut } = this;
    this.skipped = undefined;
    this.isEchoCut = false;
    if (skipped !== undefined || line.length > longestLine) {
      this.news.endBlock('lost');
      this.news.end(0);
      this.emit({ kind: 'noise', length: (skipped ?? 0) + line.length });
      return;
    }
    const bytes = withoutLineEnd(line);
    const text = bytes.toString('utf8');
    const frame = lineFrame(text, this.expecting.numbersLinks, this.expecting.numbers);
    // The rest of an echo that a message has interrupted says nothing.
    if (isEchoCut && ['line', 'unknown', 'fragment'].includes(frame.kind)) return;
    this.isEchoCut = isCutEcho(text);
    if (frame.kind === 'unknown') {
      if (this.unknownLines === 'damage') this.emit({ kind: 'fragment', text });
      else this.news.add(frame, line.length + 1);
      return;
    }
    if (frame.kind === 'fragment') this.news.endBlock('lost');
    const isBare = frame.kind === 'final' && this.news.isContinued;
    this.news.end(isLed(frame) ? lineEnd : 0, isBare || isAlwaysLed(frame));
    // A copy, because a subscriber may keep it, and with it the whole chunk.
    this.emit(frame.kind === 'line' && text.includes(notText) ? { ...frame, bytes: Buffer.from(bytes) } : frame);
  }
}

/** NULs were seen before the first line after a start. */
function isBetweenLines(byte: number): boolean {
  return byte === lineFeed || byte === carriageReturn || byte === nul;
}

/** Whether a line usually has a line end before it. */
function isLed({ kind }: Frame): boolean {
  return ['final', 'taken', 'sent', 'segment', 'notice', 'busy', 'booted'].includes(kind);
}

/** Whether it always has one. */
function isAlwaysLed(frame: Frame): boolean {
  return ['notice', 'taken', 'segment'].includes(frame.kind) || (frame.kind === 'sent' && frame.ok);
}

/** AT 1.x ends the echo of a line in `\r\r\n`. */
function withoutLineEnd(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && line[end - 1] === carriageReturn) end--;
  return line.subarray(0, end);
}

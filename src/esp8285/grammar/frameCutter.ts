import { asBuffer } from '../../streams';
import { endSize, isSuspicious, judge, type Verdict } from './blockEnd';
import { type BlockHeader, blockHeader, longestHeader } from './blockHeader';
import type { Expectation } from './expectation';
import type { Frame } from './frame';
import { isCutEcho, lineFrame } from './lineFrame';
import { OpenBlock } from './openBlock';
import { PendingNews } from './pendingNews';

/**
 * What is made of a whole line that is in no list: news, which is handed on and ignored, or what is left of damaged data.
 */
export type UnknownLines = 'news' | 'damage';

/** Longest line held while waiting for its end, in bytes. No firmware prints a longer one. */
const longestLine = 1024;

/** Longest payload of one block, in bytes: no firmware has more at hand than its TCP window, 5760 or 5840 bytes. */
const longestBlock = 8192;

const [nul, lineFeed, carriageReturn, blank, promptMark, plus] = [0x00, 0x0a, 0x0d, 0x20, 0x3e, 0x2b];
const nothing = Buffer.alloc(0);
/** Stands in a text for bytes that are no text. */
const notText = '\ufffd';
/** Bytes of a line end. */
const lineEnd = 2;
const lost = { swallowed: undefined, isCutOff: undefined };

/**
 * Cuts what a modem says into frames, whatever the chunks in which it comes. Payloads are counted, never searched, and
 * handed on as slices of the chunks; only the unfinished head of a line is copied.
 *
 * A block is handed on once nothing speaks against it: what follows is something that a modem says, or the block could not
 * have swallowed the beginning of that, or nothing has followed for a moment. A damaged block is told as such, and what
 * follows is understood from the next certain point on.
 *
 * What the cutter holds is bounded: one block, one line, and what has followed the block so far.
 */
export class FrameCutter {
  private block: OpenBlock | undefined;
  /** The bytes behind a block that do not say yet whether it is whole. */
  private following = nothing;
  private news = new PendingNews();
  private held = nothing;
  /** Bytes of a line that is too long, or has no beginning; `undefined` for a line that makes sense so far. */
  private skipped: number | undefined;
  private isStalled = false;
  private behindPrompt = false;
  private isEchoCut = false;
  private discards = 0;

  constructor(
    private readonly expecting: Expectation,
    private readonly unknownLines: UnknownLines = 'news',
  ) {}

  /** Whether a silence now would mean something. */
  get isUnfinished(): boolean {
    if (this.block || this.news.isUnfinished) return true;
    return this.held.length > 0 && !this.isStalled;
  }

  /** Bytes that it keeps back: at most of one block and one line, and what has followed the block so far. */
  get heldBytes(): number {
    return (this.block?.filled ?? this.news.heldBytes) + this.following.length + this.held.length;
  }

  /** Takes the next chunk and yields the frames that it completes. */
  *push(bytes: Uint8Array): Generator<Frame> {
    if (this.discards !== this.expecting.discards) this.discard();
    this.isStalled = false;
    yield* this.cut(asBuffer(bytes));
  }

  /** Nothing has come for a moment: the rest of something begun would have. */
  *settle(): Generator<Frame> {
    // What was asked for is not over before its OK.
    if (
      this.block?.missing === 0 &&
      !this.block.isPulled &&
      this.following.every((byte) => byte === lineFeed || byte === carriageReturn)
    ) {
      yield* this.decide(this.block, { kind: 'whole' });
    }
    if (this.held.length === 0) yield* this.news.settle();
  }

  /** Nothing has come for far longer than bytes under way need: what has been begun gets no end. */
  *giveUp(): Generator<Frame> {
    yield* this.news.giveUp();
    // What has followed a block may have begun another one.
    while (this.block) {
      yield* this.decide(this.block, { kind: 'damaged', swallowed: undefined, isCutOff: true });
      // Whatever comes now is the beginning of something.
      this.skipped = undefined;
    }
    if (this.held.length === 0) return;
    if (this.held.at(-1) === carriageReturn) {
      const line = this.held;
      this.held = nothing;
      yield* this.lineOf(line);
    } else {
      // Its rest is still understood, should it come.
      this.isStalled = true;
      yield { kind: 'damage', link: undefined, others: true, isCutOff: true };
    }
  }

  private *cut(chunk: Buffer): Generator<Frame> {
    let at = 0;
    while (at < chunk.length) {
      if (this.block && this.block.missing > 0) {
        at += this.block.fill(chunk.subarray(at));
        // Behind what is pushed there may be nothing for ever.
        if (this.block.missing > 0 || at < chunk.length || this.block.isPulled || isSuspicious(this.block.end))
          continue;
        const { block } = this;
        yield* this.decide(block, { kind: 'whole' });
        this.news.follow(block, true);
        continue;
      }
      if (this.block) {
        const following = this.followingOf(chunk, at);
        const verdict = judge(this.block.end, following.toString('latin1'), this.expecting.prompt);
        if (verdict.kind === 'open') {
          this.following = Buffer.from(following);
          return;
        }
        yield* this.decide(this.block, verdict);
        continue;
      }
      if (this.held.length === 0 && this.skipped === undefined) {
        at = this.skipBlank(chunk, at);
        if (at === chunk.length) return;
        if (this.expecting.prompt && chunk[at] === promptMark) {
          at++;
          this.behindPrompt = true;
          yield* this.news.end(0);
          yield { kind: 'prompt' };
          continue;
        }
      }
      const header = this.headerAt(chunk, at);
      if (header) {
        at += header.size - this.held.length;
        this.held = nothing;
        yield* this.news.end(lineEnd, !header.pulled);
        yield* this.open(header);
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
      yield* this.lineOf(line);
    }
  }

  private discard(): void {
    this.discards = this.expecting.discards;
    this.block = undefined;
    this.following = nothing;
    this.news = new PendingNews();
    this.held = nothing;
    this.skipped = undefined;
  }

  private *open(header: BlockHeader): Generator<Frame> {
    const { link, length, pulled, numbered } = header;
    const { asked = longestBlock, numbersLinks = false } = this.expecting;
    if (length > (pulled ? asked : longestBlock) || (numbersLinks && !numbered)) {
      yield { kind: 'damage', link: pulled ? link : undefined, others: !pulled };
      this.skipped = 0;
    } else if (length === 0) {
      const block = new OpenBlock(header);
      yield block.whole;
      this.news.follow(block, true);
    } else {
      this.block = new OpenBlock(header);
    }
  }

  private followingOf(chunk: Buffer, at: number): Buffer {
    const more = chunk.subarray(at, at + endSize - this.following.length);
    return this.following.length > 0 ? Buffer.concat([this.following, more]) : more;
  }

  /** Hands the block on or tells its damage, and goes through what has followed it so far. */
  private *decide(block: OpenBlock, verdict: Verdict): Generator<Frame> {
    const { following } = this;
    this.block = undefined;
    this.following = nothing;
    if (verdict.kind === 'news' && this.unknownLines === 'news' && !block.holdsMessage) {
      this.news.follow(block, false);
    } else if (verdict.kind === 'whole') {
      yield block.whole;
    } else {
      const { swallowed, isCutOff } = verdict.kind === 'damaged' ? verdict : lost;
      yield block.damage(swallowed, isCutOff);
      if (swallowed === undefined) this.skipped = 0;
      else yield* this.cut(Buffer.from(block.end.slice(-swallowed), 'latin1'));
    }
    yield* this.cut(following);
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
    this.news.skip(at - start);
    return at;
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

  private *lineOf(line: Buffer): Generator<Frame> {
    const { skipped, isEchoCut } = this;
    this.skipped = undefined;
    this.isEchoCut = false;
    if (skipped !== undefined || line.length > longestLine) {
      yield* this.news.endBlock('lost');
      yield* this.news.end(0);
      yield { kind: 'noise', length: (skipped ?? 0) + line.length };
      return;
    }
    const bytes = withoutLineEnd(line);
    const text = bytes.toString('utf8');
    const frame = lineFrame(text, this.expecting.numbersLinks);
    // The rest of an echo that a message has cut into says nothing.
    if (isEchoCut && ['line', 'unknown', 'fragment'].includes(frame.kind)) return;
    this.isEchoCut = isCutEcho(text);
    if (frame.kind === 'unknown') {
      if (this.unknownLines === 'damage') yield { kind: 'fragment', text };
      else yield* this.news.add(frame, line.length + 1);
      return;
    }
    if (frame.kind === 'fragment') yield* this.news.endBlock('lost');
    const isBare = frame.kind === 'final' && this.news.isContinued;
    yield* this.news.end(isLed(frame) ? lineEnd : 0, isBare || isAlwaysLed(frame));
    // A copy, because a listener may keep it, and with it the whole chunk.
    yield frame.kind === 'line' && text.includes(notText) ? { ...frame, bytes: Buffer.from(bytes) } : frame;
  }
}

/** Whether a line usually has a line end in front of it. */
function isLed({ kind }: Frame): boolean {
  return ['final', 'taken', 'sent', 'notice', 'busy', 'booted'].includes(kind);
}

/** Whether it always has one. */
function isAlwaysLed(frame: Frame): boolean {
  return frame.kind === 'notice' || frame.kind === 'taken' || (frame.kind === 'sent' && frame.ok);
}

/** AT 1.x ends the echo of a line in `\r\r\n`. */
function withoutLineEnd(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && line[end - 1] === carriageReturn) end--;
  return line.subarray(0, end);
}

import type { Expectation } from '../../src/esp8285/grammar/expectation';
import type { Frame } from '../../src/esp8285/grammar/frame';
import { FrameCutter, type UnknownLines } from '../../src/esp8285/grammar/frameCutter';

/** A frame whose payload is a text. */
export type JoinedFrame = Exclude<Frame, { kind: 'block' }> | { readonly kind: 'block'; readonly data: string };

/** The bytes of a text with one byte for each character. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A cutter whose methods return the frames that they cause. */
export class CollectingCutter {
  private readonly cutter: FrameCutter;
  private frames: Frame[] = [];

  constructor(expecting: Expectation, unknownLines?: UnknownLines) {
    this.cutter = new FrameCutter(expecting, (frame) => this.frames.push(frame), unknownLines);
  }

  get isUnfinished(): boolean {
    return this.cutter.isUnfinished;
  }

  get heldBytes(): number {
    return this.cutter.heldBytes;
  }

  get missing(): number {
    return this.cutter.missing;
  }

  push(chunk: Uint8Array): readonly Frame[] {
    this.cutter.push(chunk);
    return this.collected();
  }

  settle(): readonly Frame[] {
    this.cutter.settle();
    return this.collected();
  }

  giveUp(): readonly Frame[] {
    this.cutter.giveUp();
    return this.collected();
  }

  private collected(): readonly Frame[] {
    const { frames } = this;
    this.frames = [];
    return frames;
  }
}

/**
 * The frames that the cutter makes of chunks and of the silence after them. By default a send waits for its prompt, and a
 * read waits for the data of link 0.
 */
export function cut(
  chunks: readonly Uint8Array[],
  expecting: Partial<Expectation> = {},
  unknownLines?: UnknownLines,
): Frame[] {
  const cutter = new CollectingCutter({ prompt: true, reading: 0, discards: 0, ...expecting }, unknownLines);
  return [...chunks.flatMap((chunk) => cutter.push(chunk)), ...cutter.settle()];
}

/** The same for a text in one chunk, with joined payloads. */
export function framesOf(text: string, expecting?: Partial<Expectation>, unknownLines?: UnknownLines): JoinedFrame[] {
  return cut([latin1(text)], expecting, unknownLines).map(joined);
}

export function joined(frame: Frame): JoinedFrame {
  if (frame.kind !== 'block') return frame;
  const { bytes, ...rest } = frame;
  return { ...rest, data: bytes.toString('latin1') };
}

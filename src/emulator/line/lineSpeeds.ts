import type { Random } from '../simulation/random';
import { noise } from './noise';

/** An end of the line. */
type LineEnd = 'modem' | 'host';

/** A line that is too long, or too thin, for high speeds. */
interface Weakness {
  /** It damages bytes above this speed, in bits per second. Default: 115 200. */
  readonly above?: number;
  /** One byte in this many is damaged, on average. Default: 50. */
  readonly every?: number;
  /** From which end. Default: from both. */
  readonly from?: LineEnd;
}

/** How far the speeds of two ends may differ: a UART tolerates a few per cent. */
const tolerance = 0.03;

/** The speeds of both ends of a line, in bits per second, and what they do to the bytes. */
export class LineSpeeds {
  modem = 115_200;
  /** The speed of the host's end. `undefined`: it always has the modem's. */
  host: number | undefined;
  private weakness: Weakness | undefined;

  constructor(private readonly random: Random) {}

  /** The bytes from one end as the other end reads them. At another speed it reads noise. */
  carry(chunk: Buffer, from: LineEnd): Buffer {
    const host = this.host ?? this.modem;
    const [sent, read] = from === 'modem' ? [this.modem, host] : [host, this.modem];
    if (isSameSpeed(sent, read)) return this.worn(chunk, sent, from);
    return noise(this.random).subarray(0, Math.max(1, Math.round((chunk.length * read) / sent / 2)));
  }

  /** From now on the line damages bytes above some speed. */
  weaken(weakness: Weakness): void {
    this.weakness = weakness;
  }

  /** From now on the line damages nothing. */
  repair(): void {
    this.weakness = undefined;
  }

  private worn(chunk: Buffer, speed: number, from: LineEnd): Buffer {
    if (this.weakness === undefined) return chunk;
    const { above = 115_200, every = 50, from: side = from } = this.weakness;
    if (speed <= above || side !== from) return chunk;
    const flipped = (byte: number): number => byte ^ (1 << this.random.integer(0, 7));
    return Buffer.from(chunk.map((byte) => (this.random.chance(1 / every) ? flipped(byte) : byte)));
  }
}

/** Whether two ends with these speeds understand each other. */
export function isSameSpeed(one: number, other: number): boolean {
  return Math.abs(one / other - 1) < tolerance;
}

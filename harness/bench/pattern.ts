import { Random } from '../../src/emulator/simulation/random';

/** A prime, so that no block of the modem's begins at the same place twice. */
const period = 4093;

/** The longest piece, in bytes. */
const longest = 65_536;

/** `+++` alone would end the modem's passthrough. */
const plus = '+'.charCodeAt(0);

/** The bytes of a stream, which both sides know. Another offset gives another stream. */
export class Pattern {
  private readonly bytes: Buffer;
  private readonly offset: number;

  constructor(seed: number, { socket, direction }: { readonly socket: number; readonly direction: 'down' | 'up' }) {
    const random = new Random(seed);
    const byte = (): number => {
      const value = random.integer(0, 255);
      return value === plus ? 0 : value;
    };
    const once = Buffer.from(Array.from({ length: period }, byte));
    this.bytes = Buffer.alloc(period + longest, once);
    this.offset = 1000 * socket + (direction === 'up' ? 500 : 0);
  }

  /** The bytes from a position of the stream: `length` of them, or as many as one piece holds. Not a copy. */
  piece(position: number, length: number): Buffer {
    const start = (this.offset + position) % period;
    return this.bytes.subarray(start, start + Math.min(length, longest));
  }

  /** The first bytes of the stream. */
  take(length: number): Buffer {
    const pieces: Buffer[] = [];
    for (let at = 0; at < length; at += longest) pieces.push(this.piece(at, length - at));
    return Buffer.concat(pieces, length);
  }
}

/** Compares what arrives with what was sent. */
export class Check {
  /** How many bytes have arrived. */
  received = 0;

  constructor(
    private readonly pattern: Pattern,
    readonly expected: number,
  ) {}

  get isComplete(): boolean {
    return this.received === this.expected;
  }

  /** @throws Error for a byte that was not sent. */
  take(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const piece = this.pattern.piece(this.received, chunk.length - from);
      const came = chunk.subarray(from, from + piece.length);
      if (piece.compare(came) !== 0) {
        const wrong = came.findIndex((byte, index) => byte !== piece[index]);
        throw new Error(`byte ${this.received + wrong} of ${this.expected} is not the one that was sent`);
      }
      this.received += piece.length;
      from += piece.length;
    }
    if (this.received > this.expected) {
      throw new Error(`${this.received} bytes came, but ${this.expected} were sent`);
    }
  }
}

import type { SchedulerLike, Subscription } from 'rxjs';

export interface EscapeOptions {
  /** `+++`, or the `\0` that ends a `CIPSENDEX`. */
  readonly sequence: string;
  readonly scheduler: SchedulerLike;
  /** Whether silence must follow as well. */
  readonly silenceAfter: boolean;
  /** Takes the bytes that are not the sequence. */
  readonly bytes: (bytes: Buffer) => void;
  readonly escaped: () => void;
}

/** The silence that sets the sequence apart, in ms. */
const silence = 20;

/**
 * Finds an escape sequence that arrives as a chunk of its own: silence before it, and where asked after it. The same
 * bytes in the midst of others are data.
 */
export class EscapeSequence {
  private held = Buffer.alloc(0);
  private lastAt = -Infinity;
  private timer: Subscription | undefined;

  constructor(private readonly options: EscapeOptions) {}

  push(chunk: Buffer): void {
    const { scheduler, sequence, silenceAfter } = this.options;
    const now = scheduler.now();
    const fresh = this.held.length > 0 || now - this.lastAt >= silence;
    this.lastAt = now;
    const seen = Buffer.concat([this.held, chunk]);
    this.timer?.unsubscribe();
    if (!fresh || !sequence.startsWith(seen.toString('latin1'))) {
      this.release(seen);
      return;
    }
    this.held = seen;
    if (seen.length === sequence.length && !silenceAfter) this.escape();
    else this.timer = scheduler.schedule(() => this.onSilence(), silence);
  }

  /** Bytes that may be part of the sequence. */
  get waiting(): number {
    return this.held.length;
  }

  /** Stops waiting, and gives back what was held. */
  drop(): Buffer {
    this.timer?.unsubscribe();
    const held = this.held;
    this.held = Buffer.alloc(0);
    return held;
  }

  private onSilence(): void {
    if (this.held.length === this.options.sequence.length) this.escape();
    else this.release(this.held);
  }

  private escape(): void {
    this.held = Buffer.alloc(0);
    this.options.escaped();
  }

  private release(bytes: Buffer): void {
    this.held = Buffer.alloc(0);
    this.options.bytes(bytes);
  }
}

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

/** The silence around the sequence, in milliseconds. */
const silence = 20;

/**
 * Finds an escape sequence, which has silence before it, and after it if so configured. The same bytes among others are
 * data.
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

  /**
   * Whether bytes complete a chunk that is exactly the sequence.
   *
   * @param isNew Whether they begin that chunk. Otherwise the bytes that are held belong to it.
   */
  isCompletedBy(bytes: Buffer, isNew: boolean): boolean {
    if (isNew && this.held.length > 0) return false;
    const isFresh = this.held.length > 0 || this.options.scheduler.now() - this.lastAt >= silence;
    return isFresh && this.options.sequence === Buffer.concat([this.held, bytes]).toString('latin1');
  }

  /** The number of bytes held because they may be part of the sequence. */
  get waiting(): number {
    return this.held.length;
  }

  /** Stops waiting, and returns the bytes that were held. */
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

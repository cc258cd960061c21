/** Measures a transfer: bytes against the clock, and the memory that it takes. */
export class Meter {
  /** Bytes so far. */
  bytes = 0;
  private readonly started = performance.now();
  private readonly memoryBefore = process.memoryUsage.rss();
  private memoryAtMost = this.memoryBefore;
  private first: { readonly at: number; bytes: number } | undefined;
  private moment: number | undefined;
  private last = this.started;

  count(bytes: number): void {
    this.bytes += bytes;
    this.last = this.now();
    this.first ??= { at: this.last, bytes: 0 };
    if (this.last === this.first.at) this.first.bytes += bytes;
    this.memoryAtMost = Math.max(this.memoryAtMost, process.memoryUsage.rss());
  }

  /** Bytes per second between the first bytes and the last; the first ones themselves were on their way before. */
  get steadyRate(): number {
    return this.first && this.last > this.first.at
      ? ((this.bytes - this.first.bytes) * 1000) / (this.last - this.first.at)
      : 0;
  }

  /** From the making of the meter to the last bytes. */
  get seconds(): number {
    return (this.last - this.started) / 1000;
  }

  /** The process at its biggest, and how much it has grown, in MB. */
  get memory(): { readonly peak: number; readonly growth: number } {
    return { peak: this.memoryAtMost / 1e6, growth: (this.memoryAtMost - this.memoryBefore) / 1e6 };
  }

  /** The modem's blocks come in pieces: all that comes in one go has come at the same time. */
  private now(): number {
    if (this.moment === undefined) {
      this.moment = performance.now();
      queueMicrotask(() => (this.moment = undefined));
    }
    return this.moment;
  }
}

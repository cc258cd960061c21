/** Measures a transfer: its bytes, its time, and the memory of the process. */
export class Meter {
  /** Bytes so far. */
  bytes = 0;
  private readonly started = performance.now();
  private readonly memoryBefore = process.memoryUsage.rss();
  private memoryAtMost = this.memoryBefore;
  private first: { readonly at: number; bytes: number } | undefined;
  private moment: number | undefined;
  private last = this.started;

  /** Counts bytes that have just been transferred. */
  count(bytes: number): void {
    this.bytes += bytes;
    this.last = this.now();
    this.first ??= { at: this.last, bytes: 0 };
    if (this.last === this.first.at) this.first.bytes += bytes;
    this.memoryAtMost = Math.max(this.memoryAtMost, process.memoryUsage.rss());
  }

  /** Bytes per second from the first bytes to the last. The first ones do not count, because they took time before. */
  get steadyRate(): number {
    return this.first && this.last > this.first.at
      ? ((this.bytes - this.first.bytes) * 1000) / (this.last - this.first.at)
      : 0;
  }

  /** Seconds from the making of the meter to the last bytes. */
  get seconds(): number {
    return (this.last - this.started) / 1000;
  }

  /** The most memory of the process, and its growth, in MB. */
  get memory(): { readonly peak: number; readonly growth: number } {
    return { peak: this.memoryAtMost / 1e6, growth: (this.memoryAtMost - this.memoryBefore) / 1e6 };
  }

  /** The same time for all pieces of one block, which come within one turn of the event loop. */
  private now(): number {
    if (this.moment === undefined) {
      this.moment = performance.now();
      queueMicrotask(() => (this.moment = undefined));
    }
    return this.moment;
  }
}

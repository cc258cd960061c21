/** Bytes waiting in order; taking shares memory with what was put in. */
export class ByteQueue {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  get length(): number {
    return this.size;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.size += chunk.length;
  }

  /** At most `max` bytes, copied only where they span chunks. */
  take(max: number): Buffer {
    const first = this.chunks[0];
    if (first === undefined || max <= 0) return Buffer.alloc(0);
    if (first.length > max) {
      this.chunks[0] = first.subarray(max);
      this.size -= max;
      return first.subarray(0, max);
    }
    const taken: Buffer[] = [];
    let wanted = Math.min(max, this.size);
    this.size -= wanted;
    while (wanted > 0) {
      const chunk = this.chunks[0] as Buffer;
      if (chunk.length > wanted) {
        taken.push(chunk.subarray(0, wanted));
        this.chunks[0] = chunk.subarray(wanted);
        break;
      }
      taken.push(chunk);
      this.chunks.shift();
      wanted -= chunk.length;
    }
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
  }

  clear(): void {
    this.chunks.length = 0;
    this.size = 0;
  }
}

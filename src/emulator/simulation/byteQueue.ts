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
    for (let chunk = this.chunks[0]; wanted > 0 && chunk !== undefined; chunk = this.chunks[0]) {
      taken.push(chunk.subarray(0, wanted));
      if (chunk.length > wanted) this.chunks[0] = chunk.subarray(wanted);
      else this.chunks.shift();
      wanted -= Math.min(wanted, chunk.length);
    }
    return joined(taken);
  }

  clear(): void {
    this.chunks.length = 0;
    this.size = 0;
  }
}

/** The chunks as one, copied only when there are several. */
export function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** Loses and flips bytes of one direction of the line, as ordered. */
export class LineDamage {
  private readonly orders: { kind: 'lose' | 'flip'; after: number; bytes: number }[] = [];

  /** Orders damage to `bytes` bytes, after `after` good ones and after the damage that was ordered before. */
  order(kind: 'lose' | 'flip', bytes = 1, after = 0): void {
    this.orders.push({ kind, after, bytes });
  }

  /** Forgets the damage that has not been done yet. */
  repair(): void {
    this.orders.length = 0;
  }

  apply(chunk: Buffer): Buffer {
    const order = this.orders[0];
    if (order === undefined) return chunk;
    const start = Math.min(order.after, chunk.length);
    const end = Math.min(start + order.bytes, chunk.length);
    order.after -= start;
    order.bytes -= end - start;
    const flipped = Buffer.from(chunk.subarray(start, end)).map((byte) => byte ^ 0x20);
    if (order.bytes === 0) this.orders.shift();
    const rest = order.bytes === 0 ? this.apply(chunk.subarray(end)) : chunk.subarray(end);
    const damaged = order.kind === 'flip' ? flipped : Buffer.alloc(0);
    return Buffer.concat([chunk.subarray(0, start), damaged, rest]);
  }
}

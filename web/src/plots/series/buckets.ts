import type { Gathering } from './columns';

/**
 * The values of one column in buckets, numbered from 0. It holds the newest buckets, and takes the same memory from the
 * beginning. An empty value is NaN.
 */
export class Buckets {
  private readonly values: Float64Array;
  private newest = -1;
  private held = NaN;

  constructor(
    private readonly gathering: Gathering,
    private readonly capacity: number,
  ) {
    this.values = new Float64Array(capacity).fill(NaN);
  }

  /** Adds a value to a bucket, which need not be the newest one. */
  add(bucket: number, value: number): void {
    this.moveTo(bucket);
    if (this.gathering === 'held' && bucket === this.newest) this.held = value;
    if (!this.holds(bucket)) return;
    const slot = bucket % this.capacity;
    const before = this.values[slot] ?? NaN;
    if (Number.isNaN(before) || this.gathering === 'last') this.values[slot] = value;
    else if (this.gathering === 'sum') this.values[slot] = before + value;
    else if (value > before) this.values[slot] = value;
  }

  /** The value of a bucket. What is held goes on after the newest one. */
  at(bucket: number): number {
    if (bucket > this.newest) return this.valueWithout();
    return this.holds(bucket) ? (this.values[bucket % this.capacity] ?? NaN) : NaN;
  }

  private holds(bucket: number): boolean {
    return bucket >= 0 && bucket > this.newest - this.capacity;
  }

  /** Makes a bucket the newest one. Those before it had no values. */
  private moveTo(bucket: number): void {
    if (bucket <= this.newest) return;
    const value = this.valueWithout();
    const first = Math.max(this.newest + 1, bucket - this.capacity + 1);
    for (let number = first; number <= bucket; number++) this.values[number % this.capacity] = value;
    this.newest = bucket;
  }

  /** The value of a bucket that nothing was added to. */
  private valueWithout(): number {
    return this.gathering === 'sum' ? 0 : this.gathering === 'held' ? this.held : NaN;
  }
}

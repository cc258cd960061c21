/** Bytes in the order in which they came. When it is full, the oldest ones make room for the new ones. */
export class ByteRing {
  private held = new Uint8Array(4096);
  private end = 0;

  /** @param limit How many bytes are held at most. */
  constructor(private readonly limit: number) {}

  /** How many bytes have been dropped. */
  get dropped(): number {
    return Math.max(0, this.end - this.held.length);
  }

  /** Copies bytes into the ring, and returns where they are. */
  write(bytes: Uint8Array): number {
    const position = this.end;
    while (this.end + bytes.length > this.held.length && this.held.length < this.limit) this.grow();
    const capacity = this.held.length;
    const skipped = Math.max(0, bytes.length - capacity);
    this.copy(bytes.subarray(skipped), position + skipped);
    this.end += bytes.length;
    return position;
  }

  /** Returns bytes that were written there, or `undefined` if some of them have been dropped. */
  read(position: number, length: number): Uint8Array | undefined {
    if (position < this.dropped) return undefined;
    const capacity = this.held.length;
    const begin = position % capacity;
    if (begin + length <= capacity) return this.held.slice(begin, begin + length);
    const bytes = new Uint8Array(length);
    bytes.set(this.held.subarray(begin));
    bytes.set(this.held.subarray(0, begin + length - capacity), capacity - begin);
    return bytes;
  }

  private copy(bytes: Uint8Array, position: number): void {
    const begin = position % this.held.length;
    const first = bytes.subarray(0, this.held.length - begin);
    this.held.set(first, begin);
    this.held.set(bytes.subarray(first.length), 0);
  }

  /** Nothing has been dropped yet, so everything is still where it was written. */
  private grow(): void {
    const held = new Uint8Array(Math.min(this.limit, this.held.length * 2));
    held.set(this.held.subarray(0, this.end));
    this.held = held;
  }
}

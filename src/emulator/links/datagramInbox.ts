import type { Endpoint } from '../network/network';
import type { Delivery, Inbox } from './inbox';

/** The inbox of UDP. A datagram that does not fit is dropped, and so is the rest of one that a read cuts off. */
export class DatagramInbox implements Inbox {
  readonly complete = true;

  private readonly datagrams: Delivery[] = [];
  /** The length after each arrival that has not been announced. */
  private arrivals: number[] = [];
  private size = 0;
  private latest: Endpoint = { address: '0.0.0.0', port: 0 };

  constructor(private readonly window: number) {}

  get length(): number {
    return this.size;
  }

  get empty(): boolean {
    return this.size === 0;
  }

  receive(datagram: Delivery): void {
    if (this.size + datagram.bytes.length > this.window || datagram.bytes.length === 0) return;
    this.datagrams.push(datagram);
    this.size += datagram.bytes.length;
    this.latest = datagram.from;
    this.arrivals.push(this.size);
  }

  admit(): number | undefined {
    return this.arrivals.shift();
  }

  push(): Delivery | undefined {
    this.arrivals = [];
    const datagram = this.datagrams.shift();
    this.size -= datagram?.bytes.length ?? 0;
    return datagram;
  }

  overtake(): Delivery | undefined {
    return this.push();
  }

  read(max: number): Delivery | undefined {
    if (this.size === 0) return undefined;
    const parts: Buffer[] = [];
    let room = max;
    while (room > 0) {
      const datagram = this.datagrams.shift();
      if (datagram === undefined) break;
      this.size -= datagram.bytes.length;
      parts.push(datagram.bytes.subarray(0, room));
      room -= datagram.bytes.length;
    }
    // The firmware shows one sender for all of them: the last one's.
    return { bytes: Buffer.concat(parts), from: this.latest };
  }
}

import { ByteQueue } from '../simulation/byteQueue';
import type { Endpoint } from '../network/network';

/** Bytes that leave the modem for the host in one piece, and who sent them. */
export interface Block {
  readonly bytes: Buffer;
  readonly from: Endpoint;
}

/** What has come for a link and the host has not had yet. */
export interface Inbox {
  /** Bytes that the modem holds and would announce. */
  readonly length: number;
  /** Nothing is left, neither in the modem nor on its way. */
  readonly empty: boolean;
  /** All that the peer sent has arrived in the modem. */
  readonly complete: boolean;
  /** Lets the next arrive if there is room for it; the length held then, `undefined` when there was none. */
  admit(): number | undefined;
  /** The next `+IPD` of active receive. */
  block(max: number): Block | undefined;
  /** What a passive read of `max` bytes takes. */
  read(max: number): Block | undefined;
}

export interface StreamInboxOptions {
  readonly from: Endpoint;
  readonly segment: number;
  readonly window: number;
  /** Stops the peer, or lets it go on. */
  readonly flow: (go: boolean) => void;
}

/**
 * TCP: segments arrive in the modem until its window is full; what is beyond stays in the network, and the peer is
 * stopped.
 */
export class StreamInbox implements Inbox {
  private readonly outside = new ByteQueue();
  private readonly inside = new ByteQueue();
  private flowing = true;
  /** Bytes that are on their way. */
  private expected = 0;

  constructor(private readonly options: StreamInboxOptions) {}

  get length(): number {
    return this.inside.length;
  }

  get empty(): boolean {
    return this.inside.length + this.outside.length === 0;
  }

  get complete(): boolean {
    return this.outside.length === 0;
  }

  /** So many bytes have set out for here, and will be {@link push}ed: the window holds for them, too. */
  expect(length: number): void {
    this.expected += length;
    this.steer();
  }

  push(bytes: Buffer): void {
    this.expected -= bytes.length;
    this.outside.push(bytes);
    this.steer();
  }

  admit(): number | undefined {
    const { segment, window } = this.options;
    if (this.outside.length === 0 || this.inside.length >= window) return undefined;
    this.inside.push(this.outside.take(Math.min(segment, window - this.inside.length)));
    return this.inside.length;
  }

  block(max: number): Block | undefined {
    while (this.admit() !== undefined);
    return this.read(max);
  }

  read(max: number): Block | undefined {
    if (this.inside.length === 0) return undefined;
    const bytes = this.inside.take(max);
    this.steer();
    return { bytes, from: this.options.from };
  }

  private steer(): void {
    const go = this.inside.length + this.outside.length + this.expected < this.options.window;
    if (go === this.flowing) return;
    this.flowing = go;
    this.options.flow(go);
  }
}

/** UDP: what does not fit is dropped, and so is what a read cuts off its last datagram. */
export class DatagramInbox implements Inbox {
  readonly complete = true;

  private readonly datagrams: Block[] = [];
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

  push(datagram: Block): void {
    if (this.size + datagram.bytes.length > this.window || datagram.bytes.length === 0) return;
    this.datagrams.push(datagram);
    this.size += datagram.bytes.length;
    this.latest = datagram.from;
    this.arrivals.push(this.size);
  }

  admit(): number | undefined {
    return this.arrivals.shift();
  }

  block(): Block | undefined {
    this.arrivals = [];
    const datagram = this.datagrams.shift();
    this.size -= datagram?.bytes.length ?? 0;
    return datagram;
  }

  read(max: number): Block | undefined {
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
    // One sender is told for them all: the last one's.
    return { bytes: Buffer.concat(parts), from: this.latest };
  }
}

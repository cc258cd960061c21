import { ByteQueue } from '../../streams';
import type { Endpoint } from '../network/network';
import type { Delivery, Inbox } from './inbox';

export interface StreamInboxOptions {
  readonly from: Endpoint;
  /** Segment size and receive window, in bytes. */
  readonly segment: number;
  readonly window: number;
  /** Stops the peer, or lets it go on. */
  readonly flow: (go: boolean) => void;
}

/** The inbox of TCP. Segments enter the modem until its window is full; the rest stays outside, and the peer is stopped. */
export class StreamInbox implements Inbox {
  private readonly outside = new ByteQueue();
  private readonly inside = new ByteQueue();
  private flowing = true;
  /** Bytes that are still on their way through the network. */
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

  /** This many bytes are on their way, and will be given to {@link receive}: they count for the window. */
  expect(length: number): void {
    this.expected += length;
    this.steer();
  }

  receive(bytes: Buffer): void {
    this.expected -= bytes.length;
    this.outside.push(bytes);
    this.steer();
  }

  admit(): number | undefined {
    const { segment, window } = this.options;
    if (this.outside.length === 0 || this.inside.length >= window) return undefined;
    this.inside.push(this.outside.takeUpTo(Math.min(segment, window - this.inside.length)));
    return this.inside.length;
  }

  push(max: number): Delivery | undefined {
    while (this.admit() !== undefined);
    return this.read(max);
  }

  overtake(max: number): Delivery | undefined {
    const { segment, window, from } = this.options;
    const most = Math.min(max, segment, window - this.inside.length);
    if (this.outside.length === 0 || most <= 0) return undefined;
    const bytes = this.outside.takeUpTo(most);
    this.steer();
    return { bytes, from };
  }

  read(max: number): Delivery | undefined {
    if (this.inside.length === 0) return undefined;
    const bytes = this.inside.takeUpTo(max);
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

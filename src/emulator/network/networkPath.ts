import type { SchedulerLike, Subscription } from 'rxjs';

interface Packet {
  readonly arrive: () => void;
  /** The time of its arrival, in milliseconds of the scheduler's time. */
  readonly at: number;
}

/**
 * One direction through the network: packets arrive `delay` milliseconds after they were pushed, in order. Without a
 * delay they arrive synchronously.
 */
export class NetworkPath {
  private readonly packets: Packet[] = [];
  private timer: Subscription | undefined;
  private arriving = false;
  /** While {@link keepBack} runs: the number of packets that were pushed before it. */
  private mark: number | undefined;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly delay: number,
  ) {}

  push(arrive: () => void): void {
    this.packets.push(this.packet(arrive));
    this.run();
  }

  /** Packets that are pushed while `action` runs stay behind those of {@link pushAhead}. */
  keepBack(action: () => void): void {
    this.mark = this.packets.length;
    action();
    this.mark = undefined;
    this.run();
  }

  /** Pushes a packet ahead of those kept back. Outside of {@link keepBack} it is the same as {@link push}. */
  pushAhead(arrive: () => void): void {
    this.packets.splice(this.mark ?? this.packets.length, 0, this.packet(arrive));
    if (this.mark !== undefined) this.mark++;
    this.run();
  }

  /** Makes all packets arrive at once. */
  flush(): void {
    this.stop();
    for (let next = this.packets.shift(); next !== undefined; next = this.packets.shift()) next.arrive();
  }

  /** Drops all packets. */
  clear(): void {
    this.stop();
    this.packets.length = 0;
  }

  private packet(arrive: () => void): Packet {
    return { arrive, at: this.scheduler.now() + this.delay };
  }

  private run(): void {
    // An arrival may push. The loop of the outer call then handles that packet, in order.
    if (this.mark !== undefined || this.arriving || this.timer !== undefined) return;
    this.arriving = true;
    try {
      for (let next = this.due(); next !== undefined; next = this.due()) next.arrive();
    } finally {
      this.arriving = false;
    }
    const [next] = this.packets;
    if (next === undefined) return;
    // It may be due meanwhile. From version 22 on, Node.js warns of a timer whose time is negative.
    const wait = Math.max(0, next.at - this.scheduler.now());
    this.timer = this.scheduler.schedule(() => {
      this.timer = undefined;
      this.run();
    }, wait);
  }

  private due(): Packet | undefined {
    const [next] = this.packets;
    return next !== undefined && next.at <= this.scheduler.now() ? this.packets.shift() : undefined;
  }

  private stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }
}

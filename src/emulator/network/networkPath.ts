import type { SchedulerLike, Subscription } from 'rxjs';

interface Parcel {
  readonly arrive: () => void;
  /** When it is due, in the scheduler's ms. */
  readonly at: number;
}

/**
 * One way through the network: what sets out arrives so many ms later, in order. Without a delay it arrives in the same
 * turn.
 */
export class Path {
  private readonly parcels: Parcel[] = [];
  private timer: Subscription | undefined;
  private arriving = false;
  /** While what sets out is kept back: where those stand that had set out before. */
  private mark: number | undefined;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly delay: number,
  ) {}

  push(arrive: () => void): void {
    this.parcels.push(this.parcel(arrive));
    this.run();
  }

  /** What sets out while this runs stays behind what {@link pushAhead} puts in front of it. */
  keepBack(action: () => void): void {
    this.mark = this.parcels.length;
    action();
    this.mark = undefined;
    this.run();
  }

  /** Ahead of all that has been kept back; outside of {@link keepBack} as any other. */
  pushAhead(arrive: () => void): void {
    this.parcels.splice(this.mark ?? this.parcels.length, 0, this.parcel(arrive));
    if (this.mark !== undefined) this.mark++;
    this.run();
  }

  /** All of it arrives at once. */
  flush(): void {
    this.stop();
    for (let next = this.parcels.shift(); next !== undefined; next = this.parcels.shift()) next.arrive();
  }

  /** Nothing of it ever arrives. */
  clear(): void {
    this.stop();
    this.parcels.length = 0;
  }

  private parcel(arrive: () => void): Parcel {
    return { arrive, at: this.scheduler.now() + this.delay };
  }

  private run(): void {
    // Arriving may push: the outer call's loop takes care of that, in order.
    if (this.mark !== undefined || this.arriving || this.timer !== undefined) return;
    this.arriving = true;
    try {
      for (let next = this.due(); next !== undefined; next = this.due()) next.arrive();
    } finally {
      this.arriving = false;
    }
    const [next] = this.parcels;
    if (next === undefined) return;
    this.timer = this.scheduler.schedule(() => {
      this.timer = undefined;
      this.run();
    }, next.at - this.scheduler.now());
  }

  private due(): Parcel | undefined {
    const [next] = this.parcels;
    return next !== undefined && next.at <= this.scheduler.now() ? this.parcels.shift() : undefined;
  }

  private stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }
}

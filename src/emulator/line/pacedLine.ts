import type { SchedulerLike, Subscription } from 'rxjs';

import { joined } from '../simulation/byteQueue';

/** What waits in a lane: bytes, or something to do once all bytes before it have gone. */
export type LaneItem = Buffer | (() => void);

export interface LaneOptions {
  readonly scheduler: SchedulerLike;
  /** Takes the bytes that have come through. */
  readonly deliver: (chunk: Buffer) => void;
  /** Told whenever the lane has come down to {@link lowWater} bytes or fewer. */
  readonly drained: () => void;
  /** How many of the bytes at hand make the next chunk; without it they go as they came. */
  readonly cut?: ((available: number) => number) | undefined;
}

/** Bytes in a lane below which a writer may write on: about what a UART driver buffers. */
export const lowWater = 512;

/** Bytes are put on a paced line every so often, in ms: the granularity at which a serial driver hands them over. */
const quantum = 2;

/**
 * One direction of a serial line. Paced, it is a byte clock: the time at which the next byte is due moves on by exactly
 * one byte time per byte, so a timer that fires late is caught up with and the rate does not sink below the line's.
 * Unpaced (rate 0), bytes are delivered inside {@link push}.
 */
export class Lane {
  private readonly queue: LaneItem[] = [];
  private size = 0;
  private bytesPerSecond = 0;
  /** When the line will have clocked out all that it has delivered, in ms of the scheduler's time. */
  private freeAt = 0;
  private held = false;
  private busy = false;
  private tick: Subscription | undefined;

  constructor(private readonly options: LaneOptions) {}

  /** Bytes not yet delivered. */
  get backlog(): number {
    return this.size;
  }

  /** Bits per second at 8N1; 0 is unpaced. Takes effect at once: put the change in the lane to have it in its turn. */
  setBaud(baud: number): void {
    this.bytesPerSecond = baud / 10;
    this.freeAt = this.options.scheduler.now();
  }

  push(item: LaneItem): void {
    if (typeof item !== 'function') {
      if (item.length === 0) return;
      if (this.size === 0) this.freeAt = Math.max(this.freeAt, this.options.scheduler.now());
      this.size += item.length;
    }
    this.queue.push(item);
    this.run();
  }

  /** Stops delivering until {@link release}, as a lowered clear-to-send line does. */
  hold(): void {
    this.held = true;
    this.tick?.unsubscribe();
    this.tick = undefined;
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    this.freeAt = Math.max(this.freeAt, this.options.scheduler.now());
    this.run();
  }

  /** Forgets what has not been delivered. */
  clear(): void {
    this.queue.length = 0;
    this.size = 0;
    this.tick?.unsubscribe();
    this.tick = undefined;
    this.options.drained();
  }

  private run(): void {
    // Delivering may push: the outer call's loop takes care of that, in order.
    if (this.busy || this.held) return;
    this.busy = true;
    try {
      this.deliverAtOnce();
    } finally {
      this.busy = false;
    }
    this.arm();
    if (this.size <= lowWater) this.options.drained();
  }

  private deliverAtOnce(): void {
    while (!this.held) {
      const item = this.queue[0];
      if (item === undefined) return;
      if (typeof item === 'function') {
        this.queue.shift();
        item();
      } else if (this.bytesPerSecond === 0 && this.options.cut === undefined) {
        this.queue.shift();
        this.size -= item.length;
        this.options.deliver(item);
      } else {
        return;
      }
    }
  }

  private arm(): void {
    if (this.tick !== undefined || this.held || this.size === 0) return;
    this.tick = this.options.scheduler.schedule(() => this.onTick(), this.delay());
  }

  private delay(): number {
    if (this.bytesPerSecond === 0) return 0;
    const bytes = Math.min(this.size, Math.max(1, (this.bytesPerSecond * quantum) / 1000));
    const due = this.freeAt + (bytes * 1000) / this.bytesPerSecond;
    return Math.max(0, Math.ceil(due - this.options.scheduler.now()));
  }

  private onTick(): void {
    this.tick = undefined;
    if (this.busy || this.held) return;
    this.busy = true;
    try {
      const elapsed = this.options.scheduler.now() - this.freeAt;
      // The small part makes up for rounding: in virtual time a byte is due at exactly the time of the tick.
      const budget = this.bytesPerSecond === 0 ? this.size : Math.floor((elapsed * this.bytesPerSecond) / 1000 + 1e-6);
      const ready = this.take(budget);
      if (this.bytesPerSecond > 0) this.freeAt += (ready.length * 1000) / this.bytesPerSecond;
      let rest = ready;
      while (rest.length > 0) {
        const length = this.options.cut === undefined ? rest.length : this.options.cut(rest.length);
        const chunk = rest.subarray(0, length);
        rest = rest.subarray(length);
        this.options.deliver(chunk);
      }
    } finally {
      this.busy = false;
    }
    this.run();
  }

  /** At most `max` bytes from the front, up to the next thing to do. */
  private take(max: number): Buffer {
    const taken: Buffer[] = [];
    let room = max;
    while (room > 0) {
      const item = this.queue[0];
      if (item === undefined || typeof item === 'function') break;
      if (item.length <= room) {
        taken.push(item);
        this.queue.shift();
      } else {
        taken.push(item.subarray(0, room));
        this.queue[0] = item.subarray(room);
      }
      room -= Math.min(room, item.length);
    }
    this.size -= max - room;
    return joined(taken);
  }
}

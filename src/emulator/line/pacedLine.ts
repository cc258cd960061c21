import type { SchedulerLike, Subscription } from 'rxjs';

import { ByteQueue } from '../../streams';

export interface PacedLineOptions {
  readonly scheduler: SchedulerLike;
  /** Takes bytes at the end of the line. */
  readonly deliver: (chunk: Buffer) => void;
  /** Called whenever no more than {@link lowWater} bytes are waiting. */
  readonly drained: () => void;
  /** Returns how many of the available bytes make the next chunk. Without it, the chunks stay as they are. */
  readonly cut?: ((available: number) => number) | undefined;
  /** The shortest time between two deliveries of a paced line, in milliseconds. What is the last is not kept back. */
  readonly interval: number;
}

/** The number of waiting bytes up to which a writer may go on: about what a UART driver buffers. */
export const lowWater = 512;

/**
 * One direction of a serial line, paced to its baud rate. It is a byte clock: the time at which the next byte is due
 * advances by exactly one byte time per byte, so a timer that fires late does not slow the line down. Unpaced (rate 0),
 * bytes are delivered inside {@link push}.
 */
export class PacedLine {
  private bytes = new ByteQueue();
  /** Actions in the order in which they were pushed, each with the number of bytes pushed before it. */
  private readonly actions: { readonly at: number; readonly run: () => void }[] = [];
  private pushed = 0;
  private bytesPerSecond = 0;
  /** When the line will have clocked out all that it has delivered, in milliseconds of the scheduler's time. */
  private freeAt = 0;
  private held = false;
  private busy = false;
  private tick: Subscription | undefined;

  constructor(private readonly options: PacedLineOptions) {}

  /** Bytes not yet delivered. */
  get backlog(): number {
    return this.bytes.length;
  }

  /** Bits per second, with one start bit and one stop bit; 0 is unpaced. Applies at once to all waiting bytes. */
  setBaud(baud: number): void {
    this.bytesPerSecond = baud / 10;
    this.freeAt = this.options.scheduler.now();
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.backlog === 0) this.freeAt = Math.max(this.freeAt, this.options.scheduler.now());
    this.pushed += chunk.length;
    this.bytes.push(chunk);
    this.run();
  }

  /** Runs an action once all bytes before it have been delivered. */
  pushAction(run: () => void): void {
    this.actions.push({ at: this.pushed, run });
    this.run();
  }

  /** Stops delivering until {@link release}, as when the clear-to-send line goes low. */
  hold(): void {
    this.held = true;
    this.stopTick();
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    this.freeAt = Math.max(this.freeAt, this.options.scheduler.now());
    this.run();
  }

  /** Drops all bytes and actions that are waiting. */
  clear(): void {
    this.bytes = new ByteQueue();
    this.pushed = this.actions.length = 0;
    this.stopTick();
    this.options.drained();
  }

  /** Bytes that go before the next action. */
  private get ahead(): number {
    const [next] = this.actions;
    return next === undefined ? this.backlog : next.at - (this.pushed - this.backlog);
  }

  private run(): void {
    // A delivery may push. The loop of the outer call then delivers these bytes, in order.
    if (this.busy || this.held) return;
    this.busy = true;
    try {
      this.deliverAtOnce();
    } finally {
      this.busy = false;
    }
    this.arm();
    if (this.backlog <= lowWater) this.options.drained();
  }

  private deliverAtOnce(): void {
    while (!this.held) {
      const { ahead } = this;
      if (ahead === 0) {
        const action = this.actions.shift();
        if (action === undefined) return;
        action.run();
      } else if (this.bytesPerSecond === 0 && this.options.cut === undefined) {
        this.options.deliver(this.bytes.takeChunk(ahead));
      } else {
        return;
      }
    }
  }

  private arm(): void {
    if (this.tick !== undefined || this.held || this.backlog === 0) return;
    this.tick = this.options.scheduler.schedule(() => this.onTick(), this.delay());
  }

  private stopTick(): void {
    this.tick?.unsubscribe();
    this.tick = undefined;
  }

  private delay(): number {
    if (this.bytesPerSecond === 0) return 0;
    const bytes = Math.min(this.backlog, Math.max(1, (this.bytesPerSecond * this.options.interval) / 1000));
    const due = this.freeAt + (bytes * 1000) / this.bytesPerSecond;
    return Math.max(0, Math.ceil(due - this.options.scheduler.now()));
  }

  private onTick(): void {
    this.tick = undefined;
    if (this.busy || this.held) return;
    this.busy = true;
    try {
      const { cut, deliver } = this.options;
      let rest = this.bytes.takeUpTo(Math.min(this.due(), this.ahead));
      if (this.bytesPerSecond > 0) this.freeAt += (rest.length * 1000) / this.bytesPerSecond;
      while (rest.length > 0) {
        const length = cut?.(rest.length) ?? rest.length;
        const chunk = rest.subarray(0, length);
        rest = rest.subarray(length);
        deliver(chunk);
      }
    } finally {
      this.busy = false;
    }
    this.run();
  }

  /** How many bytes the line has had time to carry. */
  private due(): number {
    if (this.bytesPerSecond === 0) return this.backlog;
    const elapsed = this.options.scheduler.now() - this.freeAt;
    // The small number compensates for rounding, because in virtual time a byte is due at exactly the time of the tick.
    return Math.max(0, Math.floor((elapsed * this.bytesPerSecond) / 1000 + 1e-6));
  }
}

import type { SchedulerLike, Subscription } from 'rxjs';

/**
 * Calls back when a time has passed since the last restart. A restart costs almost nothing: the timer is not made anew,
 * but waits for the rest of the time when it comes too early.
 */
export class Countdown {
  private timer: Subscription | undefined;
  /** When the timer comes. */
  private comesAt = 0;
  private milliseconds = 0;
  /** When the time has passed; `undefined` while nothing is counted. */
  private dueAt: number | undefined;

  /** @param over Called at most once for each restart. */
  constructor(
    private readonly clock: SchedulerLike,
    private readonly over: () => void,
  ) {}

  /** Begins to count from now. */
  restart(milliseconds: number): void {
    this.milliseconds = milliseconds;
    this.dueAt = this.clock.now() + milliseconds;
    if (!this.timer || this.comesAt > this.dueAt) this.schedule(milliseconds);
  }

  /** Does not call back before the next restart. */
  stop(): void {
    this.dueAt = undefined;
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  private schedule(milliseconds: number): void {
    this.timer?.unsubscribe();
    this.comesAt = this.clock.now() + milliseconds;
    this.timer = this.clock.schedule(() => this.come(), milliseconds);
  }

  private come(): void {
    this.timer = undefined;
    if (this.dueAt === undefined) return;
    // No more than the whole time, because the machine's clock may have been set back.
    const now = this.clock.now();
    const rest = Math.min(this.dueAt - now, this.milliseconds);
    if (rest > 0) {
      this.dueAt = now + rest;
      this.schedule(rest);
    } else {
      this.dueAt = undefined;
      this.over();
    }
  }
}

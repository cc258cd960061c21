import type { SchedulerLike, Subscription } from 'rxjs';

/**
 * Calls back when a time has passed since the last restart. A restart costs almost nothing, because the countdowns of a
 * {@link SharedTimer} wait for one timer, which is not made anew while it comes early enough.
 */
export class Countdown {
  /** When the time has passed. */
  private dueAt = 0;
  private milliseconds = 0;

  /** @param over Called at most once for each restart. */
  constructor(
    private readonly timer: SharedTimer,
    private readonly over: () => void,
  ) {}

  /** Begins to count from now. */
  restart(milliseconds: number): void {
    this.milliseconds = milliseconds;
    this.dueAt = this.timer.now() + milliseconds;
    this.timer.wait(this, this.dueAt);
  }

  /** Does not call back before the next restart. */
  stop(): void {
    this.timer.leave(this);
  }

  /** How many milliseconds are left. No more than the whole time, because the machine's clock may have been set back. */
  leftAt(now: number): number {
    const left = Math.min(this.dueAt - now, this.milliseconds);
    this.dueAt = now + left;
    return left;
  }

  /** The time has passed. */
  end(): void {
    this.over();
  }
}

/**
 * The one timer of several countdowns. It comes when the first of them may be due, and is then set for the next one.
 */
export class SharedTimer {
  private readonly waiting = new Set<Countdown>();
  private timer: Subscription | undefined;
  /** When the timer comes. */
  private comesAt = 0;

  constructor(private readonly clock: SchedulerLike) {}

  now(): number {
    return this.clock.now();
  }

  /** Adds a countdown that has been restarted. */
  wait(countdown: Countdown, dueAt: number): void {
    this.waiting.add(countdown);
    this.wake(dueAt);
  }

  /** Removes a countdown. The timer stays as long as there are others. */
  leave(countdown: Countdown): void {
    this.waiting.delete(countdown);
    if (this.waiting.size > 0) return;
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  /** Makes sure that the timer comes by then. */
  private wake(comesAt: number): void {
    if (this.timer && this.comesAt <= comesAt) return;
    this.timer?.unsubscribe();
    this.comesAt = comesAt;
    this.timer = this.clock.schedule(() => this.come(), Math.max(0, comesAt - this.now()));
  }

  private come(): void {
    this.timer = undefined;
    const now = this.now();
    let next = Infinity;
    for (const countdown of [...this.waiting]) {
      // What one calls back may stop another.
      if (!this.waiting.has(countdown)) continue;
      const left = countdown.leftAt(now);
      if (left > 0) {
        next = Math.min(next, now + left);
      } else {
        this.waiting.delete(countdown);
        countdown.end();
      }
    }
    if (next < Infinity) this.wake(next);
  }
}

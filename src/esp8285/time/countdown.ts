import type { SchedulerLike, Subscription } from 'rxjs';

/**
 * A timer that is later than this many milliseconds shows that the machine has slept, that its clock has been set forward,
 * or that the program was busy. The modem has not had this time to answer.
 */
const tolerance = 1_000;

/**
 * Calls back when a time has passed since the last restart. A restart costs almost nothing, because the countdowns of a
 * {@link SharedTimer} wait for one timer, which is not made anew while it comes early enough.
 */
export class Countdown {
  private due = 0;
  private milliseconds = 0;

  /** @param over Called at most once for each restart. */
  constructor(
    private readonly timer: SharedTimer,
    private readonly over: () => void,
  ) {}

  /** Begins to count from now. */
  restart(milliseconds: number): void {
    this.milliseconds = milliseconds;
    this.due = this.timer.now() + milliseconds;
    this.timer.wait(this);
  }

  /** Does not call back before the next restart. */
  stop(): void {
    this.timer.leave(this);
  }

  /** When the time has passed. */
  get dueAt(): number {
    return this.due;
  }

  /**
   * Adapts to a clock that may have been set back or forward.
   *
   * @param late How many milliseconds of the clock do not count.
   */
  adapt(now: number, late: number): void {
    this.due = Math.min(this.due + late, now + this.milliseconds);
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
  wait(countdown: Countdown): void {
    this.waiting.add(countdown);
    this.wake(countdown.dueAt);
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
    const late = now - this.comesAt > tolerance ? now - this.comesAt : 0;
    for (const countdown of this.waiting) countdown.adapt(now, late);
    for (const countdown of [...this.waiting]) {
      // What one calls back may stop another, or restart it.
      if (!this.waiting.has(countdown) || countdown.dueAt > now) continue;
      this.waiting.delete(countdown);
      countdown.end();
    }
    const next = Math.min(...[...this.waiting].map(({ dueAt }) => dueAt));
    if (next < Infinity) this.wake(next);
  }
}

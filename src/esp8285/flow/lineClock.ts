import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/**
 * A clock that can be stopped: for what the modem has to do in a time in which it may be held back. Work of a stopped
 * clock is put off for as long as it stands.
 */
export class LineClock implements SchedulerLike {
  private stoodFor = 0;
  private stoppedAt: number | undefined;
  /** What came due by the scheduler's time while the clock stood. */
  private readonly overdue = new Set<() => void>();

  constructor(private readonly scheduler: SchedulerLike) {}

  now(): number {
    return (this.stoppedAt ?? this.scheduler.now()) - this.stoodFor;
  }

  stop(): void {
    this.stoppedAt ??= this.scheduler.now();
  }

  go(): void {
    if (this.stoppedAt === undefined) return;
    this.stoodFor += this.scheduler.now() - this.stoppedAt;
    this.stoppedAt = undefined;
    const waiting = [...this.overdue];
    this.overdue.clear();
    for (const wait of waiting) wait();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const due = this.now() + delay;
    const left = () => due - this.now();
    const putOff = (action: SchedulerAction<T>, current: T | undefined) => {
      const wait = () => action.schedule(current, left());
      if (this.stoppedAt === undefined) {
        wait();
        return;
      }
      this.overdue.add(wait);
      action.add(() => this.overdue.delete(wait));
    };
    return this.scheduler.schedule<T>(
      function (current) {
        if (left() > 0) putOff(this, current);
        else work.call(this, current);
      },
      delay,
      state,
    );
  }
}

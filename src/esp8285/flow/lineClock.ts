import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/**
 * A clock that can be stopped, for deadlines of the modem, because the line may be held meanwhile. Scheduled work is
 * delayed by the time during which the clock stood still.
 */
export class LineClock implements SchedulerLike {
  private stoodBefore = 0;
  private stoppedAt: number | undefined;
  /** Work that came due by the scheduler's time while the clock stood still. */
  private readonly overdue = new Set<() => void>();

  constructor(private readonly scheduler: SchedulerLike) {}

  now(): number {
    return this.scheduler.now() - this.stood;
  }

  stop(): void {
    this.stoppedAt ??= this.scheduler.now();
  }

  go(): void {
    this.stoodBefore = this.stood;
    this.stoppedAt = undefined;
    const waiting = [...this.overdue];
    this.overdue.clear();
    for (const goOn of waiting) goOn();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    // Counts the time that the clock has stood, because setting the machine's clock back would delay work that is due
    // at a time.
    let before = this.stood;
    const owed = () => this.stood - before;
    const putOff = (action: SchedulerAction<T>, current: T | undefined) => {
      const milliseconds = owed();
      const goOn = () => {
        before = this.stood;
        action.schedule(current, milliseconds);
      };
      if (this.stoppedAt === undefined) {
        goOn();
        return;
      }
      this.overdue.add(goOn);
      action.add(() => this.overdue.delete(goOn));
    };
    return this.scheduler.schedule<T>(
      function (current) {
        if (owed() > 0) putOff(this, current);
        else work.call(this, current);
      },
      delay,
      state,
    );
  }

  /** How many milliseconds the clock has stood still in all. */
  private get stood(): number {
    return this.stoodBefore + (this.stoppedAt === undefined ? 0 : this.scheduler.now() - this.stoppedAt);
  }
}

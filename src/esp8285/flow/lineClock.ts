import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/**
 * A clock that can be stopped, for deadlines of the modem during which the line may be held. Work that is scheduled on it is
 * put off by the time that the clock has stood.
 */
export class LineClock implements SchedulerLike {
  private stoodBefore = 0;
  private stoppedAt: number | undefined;
  /** What came due by the scheduler's time while the clock stood. */
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
    // The time stood, not the time at which the work is due: setting the machine's clock back would put the work off.
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

  /** Milliseconds that the clock has stood in all. */
  private get stood(): number {
    return this.stoodBefore + (this.stoppedAt === undefined ? 0 : this.scheduler.now() - this.stoppedAt);
  }
}

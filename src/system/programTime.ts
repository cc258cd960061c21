import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

// Kept when this file is loaded, because programs replace them: fake timers of a test would stop a modem, too.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const { now } = Date;

/**
 * The real time, as `asyncScheduler` has it, with two differences. Its timers keep the program running only as long as they
 * are wanted to ({@link unref}). And it goes on when a program replaces the timers and the clock of JavaScript, as tests do.
 */
export class ProgramTime implements SchedulerLike {
  private readonly running = new Set<NodeJS.Timeout>();
  private isReferenced = true;

  /** The milliseconds since 1970. */
  now(): number {
    return now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new TimedAction(work, this).schedule(state, delay);
  }

  /** From now on, all timers keep the program running, also those that run already. */
  ref(): void {
    this.isReferenced = true;
    for (const timer of this.running) timer.ref();
  }

  /** From now on, no timer keeps the program running, not even one that runs already. */
  unref(): void {
    this.isReferenced = false;
    for (const timer of this.running) timer.unref();
  }

  /** Calls back once. Returns what stops it. */
  start(callback: () => void, delay: number): () => void {
    const timer = startTimer(() => {
      this.running.delete(timer);
      callback();
    }, delay);
    if (!this.isReferenced) timer.unref();
    this.running.add(timer);
    return () => {
      this.running.delete(timer);
      stopTimer(timer);
    };
  }
}

class TimedAction<T> extends Subscription implements SchedulerAction<T> {
  private stop: (() => void) | undefined;

  constructor(
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
    private readonly time: ProgramTime,
  ) {
    super();
    this.add(() => this.stop?.());
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.stop?.();
    this.stop = this.time.start(() => {
      this.work.call(this, state);
    }, delay);
    return this;
  }
}

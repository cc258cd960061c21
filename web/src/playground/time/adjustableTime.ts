import { BehaviorSubject, type Observable, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

import type { TimeControl } from '../../sources/source';
import { type Due, DueQueue } from './dueQueue';

/** The real time, and how to be called back in a task of its own. */
export interface RealTime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, in a new task of the event loop. Returns what stops it. */
  start(callback: () => void, delay: number): () => void;
}

/** Real milliseconds. What is later than this, because the machine has slept or the tab was hidden, is not made up for. */
const longestDelay = 1000;

/** Milliseconds: what is lost by rounding, as numbers since 1970 are. Otherwise a timer might come too early for ever. */
const tolerance = 0.001;

/**
 * A time whose speed can be changed at any moment, for a virtual modem, its driver and the programs on it. 1 is the real
 * time, 0 stands still, and `Infinity` is as fast as the machine can.
 *
 * Each action runs at exactly the time at which it is due, in an order that does not depend on the speed, and in a task of its
 * own: the promises of one action have gone on before the next action runs. {@link now} stands still until then.
 */
export class AdjustableTime implements SchedulerLike, TimeControl {
  readonly speed$: Observable<number>;

  private readonly speeds = new BehaviorSubject(1);
  private readonly queue = new DueQueue();
  /** The time of the latest action. */
  private moment: number;
  /** The time goes on from here. */
  private anchor: { readonly virtual: number; readonly real: number };
  private stopTimer: (() => void) | undefined;
  /** Whether an action has run in this task. The next task is ordered. */
  private isInAction = false;
  /** The last action of a single step is due then. */
  private stepUntil = -Infinity;

  constructor(private readonly real: RealTime) {
    this.speed$ = this.speeds.asObservable();
    this.moment = real.now();
    this.anchor = { virtual: this.moment, real: this.moment };
  }

  /** Milliseconds since 1970. */
  now(): number {
    if (this.isInAction) return this.moment;
    return Math.max(this.moment, Math.min(this.passed(), this.queue.first?.due ?? Infinity));
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new AdjustableAction(work, this).schedule(state, delay);
  }

  setSpeed(speed: number): void {
    this.anchor = { virtual: this.now(), real: this.real.now() };
    this.stepUntil = -Infinity;
    this.speeds.next(speed);
    this.wait();
  }

  /** Stops the time, and runs what is due next, with all that is due at the same moment. */
  step(): void {
    if (this.speeds.value !== 0) this.setSpeed(0);
    this.stepUntil = this.queue.first?.due ?? -Infinity;
    this.wait();
  }

  /** Runs a callback after this time. Returns what stops it. */
  start(callback: () => void, delay: number): () => void {
    if (!Number.isFinite(delay)) return () => undefined;
    const due = { due: this.now() + Math.max(0, delay), run: callback };
    this.queue.add(due);
    this.wait();
    return () => {
      if (this.queue.remove(due)) this.wait();
    };
  }

  /** How far the time has come, if no action were late. */
  private passed(): number {
    const { value: speed } = this.speeds;
    const { virtual, real } = this.anchor;
    return Number.isFinite(speed) ? virtual + (this.real.now() - real) * speed : virtual;
  }

  private isDue({ due }: Due): boolean {
    const { value: speed } = this.speeds;
    return due <= this.stepUntil || speed === Infinity || (speed > 0 && due <= this.passed() + tolerance);
  }

  /** Waits in real time for the next action. */
  private wait(): void {
    if (this.isInAction) return;
    this.stopTimer?.();
    this.stopTimer = undefined;
    const { first } = this.queue;
    if (!first) return;
    const { value: speed } = this.speeds;
    if (this.isDue(first)) this.stopTimer = this.real.start(() => this.turn(), 0);
    else if (speed > 0) this.stopTimer = this.real.start(() => this.turn(), (first.due - this.passed()) / speed);
  }

  private turn(): void {
    this.isInAction = false;
    this.stopTimer = undefined;
    const { first } = this.queue;
    if (!first || !this.isDue(first)) {
      this.wait();
      return;
    }
    this.forgiveDelay(first);
    this.queue.remove(first);
    this.moment = Math.max(this.moment, first.due);
    this.isInAction = true;
    this.stopTimer = this.real.start(() => this.turn(), 0);
    first.run();
  }

  private forgiveDelay({ due }: Due): void {
    const { value: speed } = this.speeds;
    if (!Number.isFinite(speed) || this.passed() - due <= longestDelay * speed) return;
    this.anchor = { virtual: due, real: this.real.now() };
  }
}

class AdjustableAction<T> extends Subscription implements SchedulerAction<T> {
  private stop: (() => void) | undefined;

  constructor(
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
    private readonly time: AdjustableTime,
  ) {
    super();
    this.add(() => this.stop?.());
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.stop?.();
    this.stop = this.time.start(() => this.work.call(this, state), delay);
    return this;
  }
}

import {
  BehaviorSubject,
  combineLatest,
  distinctUntilChanged,
  first,
  interval,
  map,
  NEVER,
  type Observable,
  type SchedulerLike,
  type Subscription,
  switchMap,
  tap,
} from 'rxjs';

import type { Replay } from './source';

/** How often time goes on, in milliseconds. */
const tickTime = 33;

/** The time in a recording that is replayed. */
export class ReplayClock implements Replay {
  readonly position$: Observable<number>;
  readonly speed$: Observable<number>;
  readonly isOver$: Observable<boolean>;

  private readonly position: BehaviorSubject<number>;
  private readonly speed: BehaviorSubject<number>;
  private readonly running: Subscription;
  /** When the next event happens, as far as this is known. */
  private awaited: number;

  /** @param from The time up to which everything is told at once. */
  constructor(
    readonly begins: number,
    readonly ends: number,
    from: number,
    speed: number,
    private readonly scheduler: SchedulerLike,
  ) {
    this.position = new BehaviorSubject(this.within(from));
    this.awaited = from;
    this.speed = new BehaviorSubject(speed);
    this.position$ = this.position.pipe(distinctUntilChanged());
    this.isOver$ = this.position$.pipe(
      map((position) => position >= ends),
      distinctUntilChanged(),
    );
    this.speed$ = combineLatest([this.speed, this.isOver$]).pipe(
      map(([wanted, isOver]) => (isOver ? 0 : wanted)),
      distinctUntilChanged(),
    );
    this.running = this.speed$.pipe(switchMap((now) => this.passing(now))).subscribe();
  }

  /** Emits once, when the replay has come to a time, up to when it has come then. */
  reached(time: number): Observable<number> {
    this.awaited = time;
    return this.position.pipe(first((position) => position >= time || position >= this.ends));
  }

  now(): number {
    return this.position.value;
  }

  step(): void {
    this.setSpeed(0);
    this.seek(this.awaited);
  }

  setSpeed(speed: number): void {
    this.speed.next(speed);
  }

  seek(time: number): boolean {
    if (time < this.position.value) return false;
    this.position.next(this.within(time));
    return true;
  }

  close(): void {
    this.running.unsubscribe();
  }

  private passing(speed: number): Observable<unknown> {
    if (speed === 0) return NEVER;
    let before = this.scheduler.now();
    return interval(tickTime, this.scheduler).pipe(
      tap(() => {
        const now = this.scheduler.now();
        this.seek(this.position.value + (now - before) * speed);
        before = now;
      }),
    );
  }

  private within(time: number): number {
    return Math.min(Math.max(time, this.begins), this.ends);
  }
}

import {
  asyncScheduler,
  BehaviorSubject,
  distinctUntilChanged,
  interval,
  NEVER,
  type Observable,
  type SchedulerLike,
  Subscription,
  switchMap,
  tap,
} from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

/** How often the end moves while nothing happens, in milliseconds. */
const tickTime = 50;
/** How far the clock of the page may run ahead of the events, in milliseconds. */
const longestLead = 1000;

/**
 * The time of a session, in milliseconds since its first event. The end of it moves with each event, and with the clock of
 * the page while nothing happens, because a silence is worth seeing.
 */
export class Timeline {
  /** Replays up to when the session has come. It is 0 before the first event. */
  readonly end$: Observable<number>;

  private readonly end = new BehaviorSubject(0);
  private readonly reading = new Subscription();
  private first: number | undefined;
  /** When the end was last moved, by the clock of the page. */
  private movedAt: number;

  /** @param speed$ How fast time passes for the source: 1 in real time, 0 when it stands still. */
  constructor(
    batches$: Observable<readonly WatchEvent[]>,
    speed$: Observable<number>,
    private readonly scheduler: SchedulerLike = asyncScheduler,
  ) {
    this.end$ = this.end.pipe(distinctUntilChanged());
    this.movedAt = scheduler.now();
    this.reading.add(batches$.subscribe((batch) => this.take(batch)));
    const changed$ = speed$.pipe(distinctUntilChanged());
    this.reading.add(changed$.pipe(switchMap((speed) => this.passing(speed))).subscribe());
  }

  /** When the first event happened, in milliseconds since 1970. `undefined` before it. */
  get origin(): number | undefined {
    return this.first;
  }

  /** The time of an event, in milliseconds since the first one. */
  since(time: number): number {
    return time - (this.first ?? time);
  }

  close(): void {
    this.reading.unsubscribe();
    this.end.complete();
  }

  private take(batch: readonly WatchEvent[]): void {
    const last = batch.at(-1);
    if (!last) return;
    this.first ??= batch[0]?.time;
    const time = this.since(last.time);
    const lead = this.end.value - time;
    // The clock of the page is a little ahead, because events take some time to come.
    if (lead > 0 && lead < longestLead) return;
    this.move(time);
  }

  private passing(speed: number): Observable<number> {
    this.movedAt = this.scheduler.now();
    if (speed === 0) return NEVER;
    return interval(tickTime, this.scheduler).pipe(
      tap(() => {
        if (this.first !== undefined) this.move(this.end.value + (this.scheduler.now() - this.movedAt) * speed);
      }),
    );
  }

  private move(end: number): void {
    this.movedAt = this.scheduler.now();
    this.end.next(end);
  }
}

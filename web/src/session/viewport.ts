import { BehaviorSubject, distinctUntilChanged, map, type Observable, type Subscription } from 'rxjs';

/** The times that are shown, in milliseconds since the session's first event. */
export interface VisibleRange {
  readonly from: number;
  readonly to: number;
}

interface View extends VisibleRange {
  readonly isFollowing: boolean;
}

/** The first range, and the shortest and the longest one, in milliseconds. */
const usualSpan = 10_000;
const shortestSpan = 10;
const longestSpan = 30 * 24 * 3_600_000;
/** The part of the range that stays free behind the latest event. */
const freePart = 0.02;

/**
 * Which times the panels show: a range that follows the end of the session until it is paused, scrolled or fitted. It holds
 * no events, so nothing is lost while it stands.
 */
export class Viewport {
  /** Replays the times that are shown. */
  readonly range$: Observable<VisibleRange>;
  /** Replays whether the range follows the end of the session. */
  readonly isFollowing$: Observable<boolean>;

  private readonly view = new BehaviorSubject<View>({ from: 0, to: usualSpan, isFollowing: true });
  private readonly reading: Subscription;
  private start = 0;
  private end = 0;

  /** @param end$ Up to when the session has come. */
  constructor(end$: Observable<number>) {
    this.range$ = this.view.pipe(distinctUntilChanged((one, other) => one.from === other.from && one.to === other.to));
    this.isFollowing$ = this.view.pipe(
      map(({ isFollowing }) => isFollowing),
      distinctUntilChanged(),
    );
    this.reading = end$.subscribe((end) => {
      this.end = end;
      if (this.isFollowing) this.pinned(this.span);
    });
  }

  get range(): VisibleRange {
    return this.view.value;
  }

  get isFollowing(): boolean {
    return this.view.value.isFollowing;
  }

  /** Tells from when on there are events, because the oldest ones are dropped. */
  startsAt(start: number): void {
    this.start = start;
  }

  /** Shows what happens now, and goes on doing so. */
  follow(): void {
    this.pinned(this.span);
  }

  /** Stands still. */
  pause(): void {
    this.view.next({ ...this.view.value, isFollowing: false });
  }

  toggle(): void {
    if (this.isFollowing) this.pause();
    else this.follow();
  }

  /**
   * Shows more or less time.
   *
   * @param factor The new range is this many times as long.
   * @param at The time that stays in its place: the middle unless told. While following, the end does.
   */
  zoom(factor: number, at?: number): void {
    const { from, to, isFollowing } = this.view.value;
    const span = Math.min(longestSpan, Math.max(shortestSpan, (to - from) * factor));
    if (isFollowing) {
      this.pinned(span);
      return;
    }
    const fixed = at ?? (from + to) / 2;
    const begin = fixed - ((fixed - from) / (to - from)) * span;
    this.stand(begin, begin + span);
  }

  /** Moves the range, and no further than to where events are. At the end it follows again. */
  scroll(time: number): void {
    const span = this.span;
    const from = Math.max(this.view.value.from + time, this.start - span / 2);
    if (time > 0 && from + span >= this.pinnedEnd(span)) this.pinned(span);
    else this.stand(from, from + span);
  }

  /** Shows everything that is there. */
  fitAll(): void {
    const span = Math.max(shortestSpan, this.end - this.start);
    this.stand(this.start - span * freePart, this.end + span * freePart);
  }

  /** Moves the range if it does not contain this time. */
  reveal(time: number): void {
    const { from, to } = this.view.value;
    if (time >= from && time <= to) return;
    const begin = Math.max(this.start - this.span * freePart, time - this.span / 2);
    this.stand(begin, begin + this.span);
  }

  close(): void {
    this.reading.unsubscribe();
    this.view.complete();
  }

  private get span(): number {
    return this.view.value.to - this.view.value.from;
  }

  private pinnedEnd(span: number): number {
    return this.end + span * freePart;
  }

  private pinned(span: number): void {
    // A session begins at the left.
    const to = Math.max(this.pinnedEnd(span), this.start + span);
    this.view.next({ from: to - span, to, isFollowing: true });
  }

  private stand(from: number, to: number): void {
    this.view.next({ from, to, isFollowing: false });
  }
}

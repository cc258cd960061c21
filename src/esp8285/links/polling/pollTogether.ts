import { EMPTY, Observable, type SchedulerLike, type Subscriber, Subscription, timer } from 'rxjs';

export interface PollTogetherOptions {
  /** Milliseconds before the first poll for a subscriber. Each later pause is twice as long as the one before. */
  readonly firstPause: number;
  /** The most milliseconds between two polls; `Infinity` for no polls. */
  readonly longestPause: number;
  readonly scheduler: SchedulerLike;
}

/** Since when a subscriber needs polls, in the time of the scheduler; `undefined` while it needs none. */
type QuietSince = () => number | undefined;

/**
 * Polls while it is subscribed to. Without `quietSince`, it polls from the subscription on. With it, the pauses begin anew
 * each time that the subscriber has become quiet. It is asked now and then, so that a change costs nothing.
 */
export type Polling = (quietSince?: QuietSince) => Observable<never>;

/**
 * Polls while there are subscribers, with growing pauses for each of them. A poll tells about everything, so it also
 * counts for those who have waited for half of their pause or longer. So many subscribers cost hardly more than one.
 *
 *     subscribers  a-----------b-------
 *     polls        --p---p---------p---        (at the last one, b has waited for longer than half of its pause)
 *
 * Emits nothing. An error of a poll goes to all subscribers.
 *
 * It is written by hand, because each interface has one that waits, and it would take ten operators.
 */
export function pollTogether(
  poll$: Observable<unknown>,
  { firstPause, longestPause, scheduler }: PollTogetherOptions,
): Polling {
  if (longestPause === Infinity) return () => EMPTY;
  const first = Math.min(firstPause, longestPause);
  const pauses = new Map<Subscriber<never>, Pause>();
  /** The pause before the next poll, or the poll. */
  let running = Subscription.EMPTY;
  let isPolling = false;

  function begin(operation$: Observable<unknown>, ended: () => void): void {
    running.unsubscribe();
    // Made before the operation is subscribed to, because that may end at once.
    running = new Subscription();
    running.add(operation$.subscribe({ error: fail, complete: ended }));
  }

  /** Looks at all subscribers. Returns when the next poll is due, as far as it is known now. */
  function due(): number {
    const now = scheduler.now();
    for (const pause of pauses.values()) pause.look(now);
    return Math.min(...[...pauses.values()].map((pause) => pause.due));
  }

  /** When to look again: one that becomes quiet now needs a poll after the first pause, however long the last one was. */
  function nextLook(): number {
    const mayChange = [...pauses.values()].some((pause) => pause.mayChange);
    return Math.min(due(), mayChange ? scheduler.now() + first : Infinity);
  }

  function wait(): void {
    isPolling = false;
    if (pauses.size === 0) return;
    begin(timer(Math.max(0, nextLook() - scheduler.now()), scheduler), () => {
      if (due() > scheduler.now()) wait();
      else poll();
    });
  }

  function poll(): void {
    isPolling = true;
    const served = [...pauses.values()].filter((pause) => pause.isServed(scheduler.now()));
    begin(poll$, () => {
      const now = scheduler.now();
      for (const pause of served) if (pause.look(now)) pause.grow(now, longestPause);
      wait();
    });
  }

  function fail(error: unknown): void {
    const subscribers = [...pauses.keys()];
    pauses.clear();
    isPolling = false;
    for (const subscriber of subscribers) subscriber.error(error);
  }

  return (quietSince) =>
    new Observable((subscriber) => {
      pauses.set(subscriber, new Pause(quietSince, scheduler.now(), first));
      if (!isPolling) wait();
      return () => {
        pauses.delete(subscriber);
        if (pauses.size > 0) return;
        running.unsubscribe();
        isPolling = false;
      };
    });
}

/** How long a subscriber waits for its next poll, and since when. */
class Pause {
  private length = 0;
  private since = 0;
  private quietSince: number | undefined;

  constructor(
    private readonly isQuietSince: QuietSince | undefined,
    private readonly begun: number,
    private readonly first: number,
  ) {}

  /** Whether the subscriber may become quiet at any time. */
  get mayChange(): boolean {
    return this.isQuietSince !== undefined;
  }

  get due(): number {
    return this.since + this.length;
  }

  /**
   * Returns whether the subscriber has been quiet since the last look. If not, the pause begins anew. One that is not quiet
   * is looked at again after the first pause.
   */
  look(now: number): boolean {
    const quietSince = this.isQuietSince ? this.isQuietSince() : this.begun;
    const isAsBefore = quietSince !== undefined && quietSince === this.quietSince;
    if (!isAsBefore) {
      this.length = this.first;
      this.since = quietSince ?? now;
    }
    this.quietSince = quietSince;
    return isAsBefore;
  }

  /** Whether a poll now counts for the subscriber. */
  isServed(now: number): boolean {
    return this.quietSince !== undefined && now - this.since >= this.length / 2;
  }

  /** A poll has ended that counts for the subscriber. */
  grow(now: number, longest: number): void {
    this.length = Math.min(2 * this.length, longest);
    this.since = now;
  }
}

import { EMPTY, Observable, type SchedulerLike, type Subscriber, Subscription, timer } from 'rxjs';

export interface PollTogetherOptions {
  /** Milliseconds before the first poll for a subscriber. Each later pause is twice as long as the one before. */
  readonly firstPause: number;
  /** The most milliseconds between two polls; `Infinity` for no polls. */
  readonly longestPause: number;
  readonly scheduler: SchedulerLike;
}

/** How long a subscriber waits for its next poll, and since when. */
interface Pause {
  length: number;
  since: number;
}

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
): Observable<never> {
  if (longestPause === Infinity) return EMPTY;
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

  function wait(): void {
    isPolling = false;
    if (pauses.size === 0) return;
    const due = Math.min(...[...pauses.values()].map(({ length, since }) => since + length));
    begin(timer(Math.max(0, due - scheduler.now()), scheduler), poll);
  }

  function poll(): void {
    isPolling = true;
    const served = [...pauses.values()].filter(({ length, since }) => scheduler.now() - since >= length / 2);
    begin(poll$, () => {
      for (const pause of served) {
        pause.length = Math.min(2 * pause.length, longestPause);
        pause.since = scheduler.now();
      }
      wait();
    });
  }

  function fail(error: unknown): void {
    const subscribers = [...pauses.keys()];
    pauses.clear();
    isPolling = false;
    for (const subscriber of subscribers) subscriber.error(error);
  }

  return new Observable((subscriber) => {
    pauses.set(subscriber, { length: Math.min(firstPause, longestPause), since: scheduler.now() });
    if (!isPolling) wait();
    return () => {
      pauses.delete(subscriber);
      if (pauses.size > 0) return;
      running.unsubscribe();
      isPolling = false;
    };
  });
}

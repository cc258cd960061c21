import { Observable, Subject } from 'rxjs';
import type { WatchEvent } from 'rx-usocket/watch';

/**
 * The events of a program. What comes before the session reads them waits. A program tells all events that it keeps on each
 * connection, so after a lost one, those that the session has are left out.
 */
export class ProgramEvents {
  /** Subscribed to once. */
  readonly batches$: Observable<readonly WatchEvent[]>;

  private readonly batches = new Subject<readonly WatchEvent[]>();
  private early: (readonly WatchEvent[])[] | undefined = [];
  /** The latest time of an event, and the events of that time as text. */
  private latest = -Infinity;
  private ofLatest = new Set<string>();
  /** What was known when the connection was made. */
  private known = { latest: this.latest, ofLatest: this.ofLatest };

  constructor() {
    this.batches$ = new Observable((subscriber) => {
      for (const batch of this.early ?? []) subscriber.next(batch);
      this.early = undefined;
      return this.batches.subscribe(subscriber);
    });
  }

  /** There is a new connection. */
  connected(): void {
    this.known = { latest: this.latest, ofLatest: new Set(this.ofLatest) };
  }

  take(events: readonly WatchEvent[]): void {
    const fresh = events.filter((event) => this.isFresh(event));
    for (const event of fresh) this.note(event);
    if (fresh.length === 0) return;
    if (this.early) this.early.push(fresh);
    else this.batches.next(fresh);
  }

  error(error: unknown): void {
    this.batches.error(error);
  }

  complete(): void {
    this.batches.complete();
  }

  private isFresh(event: WatchEvent): boolean {
    const { latest, ofLatest } = this.known;
    if (event.time !== latest) return event.time > latest || latest === -Infinity;
    return !ofLatest.has(JSON.stringify(event));
  }

  private note(event: WatchEvent): void {
    if (event.time < this.latest) return;
    if (event.time > this.latest) this.ofLatest.clear();
    this.latest = event.time;
    this.ofLatest.add(JSON.stringify(event));
  }
}

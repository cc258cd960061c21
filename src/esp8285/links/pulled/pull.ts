import { Observable, type SchedulerLike, type Subscriber } from 'rxjs';

import type { Polling } from '../polling/pollTogether';

export interface PullOptions {
  /** How many bytes wait in the modem; replays the current number. */
  readonly waiting$: Observable<number>;
  /** How many bytes the reader has room for; replays the current number. */
  readonly room$: Observable<number>;
  /** Returns how many bytes to read next; 0 for none. */
  readonly sizeOf: (waiting: number, room: number) => number;
  /** Cold. Reads this many bytes, and completes. */
  readonly read: (size: number) => Observable<unknown>;
  /** Subscribed to with the reader. It is told since when nothing waits while there is room. */
  readonly polling: Polling;
  readonly clock: Pick<SchedulerLike, 'now'>;
}

/**
 * Reads, one read at a time, while bytes wait and there is room for them. When a read has ended, the next one begins at
 * once, with the numbers of that moment. Emits nothing; errors with a read, or with a poll.
 *
 *     waiting$  0--9---------4--
 *     room$     5-------------(5)      (a read of 5 takes that room away, until the reader takes the bytes)
 *     reads     ---[5--]------[4-]
 *     is quiet  q--n
 *
 * It is written by hand, because each quiet link has one, and it would take twenty operators.
 */
export function pull(options: PullOptions): Observable<never> {
  return new Observable((subscriber) => {
    const puller = new Puller(options, subscriber);
    const error = (cause: unknown) => {
      subscriber.error(cause);
    };
    subscriber.add(options.waiting$.subscribe({ next: (waiting) => puller.waits(waiting), error }));
    subscriber.add(options.room$.subscribe({ next: (room) => puller.hasRoom(room), error }));
    // It stays, because a link becomes quiet after each read.
    subscriber.add(options.polling(() => puller.quietSince).subscribe({ error }));
  });
}

/** What {@link pull} does. An object, because functions of its own would take more. */
class Puller {
  private waiting = 0;
  private room = 0;
  private isReading = false;
  private isChoosing = false;
  /** Since when nothing waits while there is room; `undefined` at any other time. */
  quietSince: number | undefined;

  constructor(
    private readonly options: PullOptions,
    private readonly subscriber: Subscriber<never>,
  ) {}

  waits(waiting: number): void {
    this.waiting = waiting;
    this.changed();
  }

  hasRoom(room: number): void {
    this.room = room;
    this.changed();
  }

  private fail(cause: unknown): void {
    this.subscriber.error(cause);
  }

  private changed(): void {
    this.readOn();
    const isQuiet = this.waiting === 0 && this.room > 0;
    this.quietSince = isQuiet ? (this.quietSince ?? this.options.clock.now()) : undefined;
  }

  private readOn(): void {
    // A loop, because reads that end at once would fill the stack.
    if (this.isChoosing) return;
    this.isChoosing = true;
    while (!this.isReading && !this.subscriber.closed) {
      const size = this.options.sizeOf(this.waiting, this.room);
      if (size <= 0) break;
      this.isReading = true;
      this.subscriber.add(
        this.options.read(size).subscribe({
          error: (cause: unknown) => this.fail(cause),
          complete: () => {
            this.isReading = false;
            this.readOn();
          },
        }),
      );
    }
    this.isChoosing = false;
  }
}

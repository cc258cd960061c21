import { Observable, type Subscription } from 'rxjs';

export interface PullOptions {
  /** How many bytes wait in the modem; replays the current number. */
  readonly waiting$: Observable<number>;
  /** How many bytes the reader has room for; replays the current number. */
  readonly room$: Observable<number>;
  /** Returns how many bytes to read next; 0 for none. */
  readonly sizeOf: (waiting: number, room: number) => number;
  /** Cold. Reads so many bytes, and completes. */
  readonly read: (size: number) => Observable<never>;
  /** Subscribed to while nothing waits and there is room. */
  readonly quiet$: Observable<never>;
}

/**
 * Reads, one read at a time, while bytes wait and there is room for them. When a read has ended, the next one begins at
 * once, with the numbers of that moment. Emits nothing; errors with a read, or with `quiet$`.
 *
 *     waiting$  0--9---------4--
 *     room$     5-------------(5)      (a read of 5 takes that room away, until the reader takes the bytes)
 *     reads     ---[5--]------[4-]
 *     quiet$    ^--!
 *
 * It is written by hand, because each quiet link has one, and it would take twenty operators.
 */
export function pull({ waiting$, room$, sizeOf, read, quiet$ }: PullOptions): Observable<never> {
  return new Observable<never>((subscriber) => {
    const fail = (error: unknown) => {
      subscriber.error(error);
    };
    let waiting = 0;
    let room = 0;
    let isReading = false;
    let isChoosing = false;
    let quiet: Subscription | undefined;
    const watchQuiet = () => {
      const isQuiet = waiting === 0 && room > 0;
      if (isQuiet && !quiet) {
        quiet = quiet$.subscribe({ error: fail });
        subscriber.add(quiet);
      } else if (!isQuiet && quiet) {
        quiet.unsubscribe();
        quiet = undefined;
      }
    };
    const readOn = () => {
      // A loop, because reads that end at once would fill the stack.
      if (isChoosing) return;
      isChoosing = true;
      while (!isReading && !subscriber.closed) {
        const size = sizeOf(waiting, room);
        if (size <= 0) break;
        isReading = true;
        subscriber.add(
          read(size).subscribe({
            error: fail,
            complete: () => {
              isReading = false;
              readOn();
            },
          }),
        );
      }
      isChoosing = false;
    };
    const changed = () => {
      watchQuiet();
      readOn();
    };
    subscriber.add(
      waiting$.subscribe({
        next: (now) => {
          waiting = now;
          changed();
        },
        error: fail,
      }),
    );
    subscriber.add(
      room$.subscribe({
        next: (now) => {
          room = now;
          changed();
        },
        error: fail,
      }),
    );
  });
}

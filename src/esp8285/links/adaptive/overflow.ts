import { BehaviorSubject, type MonoTypeOperatorFunction, Observable } from 'rxjs';

import { ByteQueue } from '../../../streams';

export interface OverflowOptions {
  /** How many bytes the reader has room for. Replays the current number. */
  readonly room$: Observable<number>;
  /** The most bytes that are kept for a reader that has no room. */
  readonly limit: () => number;
  /** Makes the error for more than that. */
  readonly full: () => Error;
}

/**
 * Keeps what is pushed and does not fit into the queue of a reader, until the reader has room. The end and the failure
 * of the stream come after it.
 *
 *     pieces$   --[abcd]--[ef]----|
 *     room$     4-0-------------24----
 *     keep()    --[abcd]--------[ef]-(|)
 */
export class Overflow {
  /** How many bytes can be asked for: none while bytes are kept. Replays the current number. */
  readonly room$: Observable<number>;

  private readonly isEmpty = new BehaviorSubject(true);

  constructor(private readonly options: OverflowOptions) {
    // This is written by hand, because each link that is read subscribes to it twice.
    this.room$ = new Observable((subscriber) => {
      let room: number | undefined;
      let last: number | undefined;
      const error = (cause: unknown) => {
        subscriber.error(cause);
      };
      const tell = () => {
        if (room === undefined) return;
        const now = this.isEmpty.value ? room : 0;
        if (now === last) return;
        last = now;
        subscriber.next(now);
      };
      const change = (now: number) => {
        room = now;
        tell();
      };
      subscriber.add(options.room$.subscribe({ next: change, error }));
      subscriber.add(this.isEmpty.subscribe({ next: tell, error }));
    });
  }

  keep(): MonoTypeOperatorFunction<Buffer> {
    return (pieces$) =>
      new Observable<Buffer>((reader) => {
        const kept = new ByteQueue();
        let room = 0;
        let isPassing = false;
        let end: (() => void) | undefined;
        const passOn = () => {
          // A piece that is passed on changes the room.
          if (isPassing) return;
          isPassing = true;
          while (kept.length > 0 && room > 0) reader.next(kept.takeChunk(room));
          isPassing = false;
          if (kept.length === 0) {
            if (!this.isEmpty.value) this.isEmpty.next(true);
            end?.();
          }
        };
        const take = (piece: Buffer) => {
          const isFull = kept.length + piece.length > this.options.limit();
          if (kept.length === 0 && !isPassing && (piece.length <= room || isFull)) {
            // If nothing may be kept, the reader reports that its own queue is full.
            reader.next(piece);
          } else if (isFull) {
            reader.error(this.options.full());
          } else {
            kept.push(piece);
            if (this.isEmpty.value) this.isEmpty.next(false);
            passOn();
          }
        };
        const endBy = (finish: () => void) => {
          end = finish;
          if (kept.length === 0 && !isPassing) finish();
        };
        const rooms = this.options.room$.subscribe({
          next: (now) => {
            room = now;
            passOn();
          },
          error: (error: unknown) => {
            reader.error(error);
          },
        });
        rooms.add(
          pieces$.subscribe({
            next: take,
            error: (error: unknown) => {
              endBy(() => {
                reader.error(error);
              });
            },
            complete: () => {
              endBy(() => {
                reader.complete();
              });
            },
          }),
        );
        return rooms;
      });
  }
}

import { type MonoTypeOperatorFunction, Observable, ReplaySubject } from 'rxjs';

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
  private readonly askable = new ReplaySubject<number>(1);
  private kept: ByteQueue | undefined;

  constructor(private readonly options: OverflowOptions) {}

  /**
   * How many bytes can be asked for: none while bytes are kept. It is emitted again when the reader takes some of those.
   * Replays the number since {@link keep} is subscribed to.
   */
  get room$(): Observable<number> {
    return this.askable.asObservable();
  }

  /** How many bytes are kept. */
  get length(): number {
    return this.kept?.length ?? 0;
  }

  keep(): MonoTypeOperatorFunction<Buffer> {
    return (pieces$) =>
      new Observable<Buffer>((reader) => {
        const kept = (this.kept = new ByteQueue());
        let room = 0;
        let told: number | undefined;
        let isPassing = false;
        let end: (() => void) | undefined;
        const tellRoom = (isTaken = false) => {
          const now = kept.length > 0 || isPassing ? 0 : room;
          if (now === told && !isTaken) return;
          told = now;
          this.askable.next(now);
        };
        const passOn = (isTaken = false) => {
          // A piece that is passed on changes the room.
          if (isPassing) return;
          isPassing = true;
          const before = kept.length;
          while (kept.length > 0 && room > 0) reader.next(kept.takeChunk(room));
          isPassing = false;
          tellRoom(isTaken && kept.length < before);
          if (kept.length === 0) end?.();
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
            tellRoom();
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
            passOn(true);
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

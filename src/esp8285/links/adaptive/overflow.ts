import { type MonoTypeOperatorFunction, Observable, type Observer, Subject, type Subscriber } from 'rxjs';

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
  private readonly changes = new Subject<number>();
  private askable: number | undefined;
  private keeper: Keeper | undefined;

  constructor(private readonly options: OverflowOptions) {}

  /**
   * How many bytes can be asked for: none while bytes are kept. It is emitted again when the reader takes some of those.
   * Replays the number since {@link keep} is subscribed to.
   */
  get room$(): Observable<number> {
    // By hand, because each link has one, and a `ReplaySubject` has a buffer.
    return new Observable((subscriber) => {
      const following = this.changes.subscribe(subscriber);
      if (this.askable !== undefined) subscriber.next(this.askable);
      return following;
    });
  }

  /** How many bytes are kept. */
  get length(): number {
    return this.keeper?.length ?? 0;
  }

  keep(): MonoTypeOperatorFunction<Buffer> {
    return (pieces$) =>
      new Observable((reader) => {
        const keeper = new Keeper(this.options, reader, (room, isAgain) => {
          if (room === this.askable && !isAgain) return;
          this.askable = room;
          this.changes.next(room);
        });
        this.keeper = keeper;
        const rooms = this.options.room$.subscribe({
          next: (room) => {
            keeper.has(room);
          },
          error: (error: unknown) => {
            reader.error(error);
          },
        });
        rooms.add(pieces$.subscribe(keeper));
        return rooms;
      });
  }
}

/** What {@link Overflow.keep} does. An object, because each link has one, and functions of its own would take more. */
class Keeper implements Observer<Buffer> {
  /** It is made when the reader has no room for the first time, because most readers keep up. */
  private kept: ByteQueue | undefined;
  private room = 0;
  private isPassing = false;
  /** Ends the stream, when all that is kept has been passed on. */
  private end: (() => void) | undefined;

  constructor(
    private readonly options: OverflowOptions,
    private readonly reader: Subscriber<Buffer>,
    /** Tells how many bytes can be asked for, also when that has not changed if `isAgain`. */
    private readonly tell: (room: number, isAgain: boolean) => void,
  ) {}

  /** The reader has room for this many bytes. */
  has(room: number): void {
    this.room = room;
    this.passOn(true);
  }

  next(piece: Buffer): void {
    const isFull = this.length + piece.length > this.options.limit();
    if (this.length === 0 && !this.isPassing && (piece.length <= this.room || isFull)) {
      // If nothing may be kept, the reader reports that its own queue is full.
      this.reader.next(piece);
    } else if (isFull) {
      this.reader.error(this.options.full());
    } else {
      (this.kept ??= new ByteQueue()).push(piece);
      this.tellRoom();
      this.passOn();
    }
  }

  error(error: unknown): void {
    this.endBy(() => {
      this.reader.error(error);
    });
  }

  complete(): void {
    this.endBy(() => {
      this.reader.complete();
    });
  }

  get length(): number {
    return this.kept?.length ?? 0;
  }

  private passOn(isTaken = false): void {
    // A piece that is passed on changes the room.
    if (this.isPassing) return;
    this.isPassing = true;
    const before = this.length;
    while (this.kept && this.kept.length > 0 && this.room > 0) this.reader.next(this.kept.takeChunk(this.room));
    this.isPassing = false;
    this.tellRoom(isTaken && this.length < before);
    if (this.length === 0) this.end?.();
  }

  private tellRoom(isTaken = false): void {
    this.tell(this.length > 0 || this.isPassing ? 0 : this.room, isTaken);
  }

  private endBy(finish: () => void): void {
    this.end = finish;
    if (this.length === 0 && !this.isPassing) finish();
  }
}

import {
  defer,
  distinctUntilChanged,
  map,
  merge,
  noop,
  Observable,
  of,
  type SchedulerLike,
  type Subscriber,
} from 'rxjs';

import { LazyState } from '../../streams/internal';
import type { StreamLink } from '../contract/nic';

/** How many bytes the send buffer holds unless `SO_SNDBUF` says otherwise: four sends of a modem. */
const usualSendBuffer = 8_192;

/** The bytes of one call, or of several calls that do not wait. */
interface Parcel {
  bytes: Uint8Array;
  caller: Subscriber<number> | undefined;
  /** How many of the bytes have been handed to the interface, how many it has taken, and how many are acknowledged. */
  sent: number;
  taken: number;
  acknowledged: number;
}

/** The copied bytes of calls that do not wait. More may be added until the first of them are handed over. */
interface Buffered extends Parcel {
  /** Begins with `bytes`, and has room after them. */
  store: Buffer;
}

/** The bytes of one send of the link, and how many of them come from which parcel. */
interface Batch {
  readonly bytes: Uint8Array;
  readonly shares: readonly { readonly parcel: Parcel; readonly size: number }[];
  /** Gives the send up, because no call waits for it any more. One that has not begun then never begins. */
  abandon: () => void;
}

/**
 * The sending side of a stream socket. It sends the bytes of the calls in their order, and cuts them into sends that
 * the link takes. A send begins at the end of the turn of the event loop in which its bytes have come, or when the link
 * has taken the bytes of the one before, even if they are not acknowledged yet. Until then the small parcels that wait are
 * joined, because each send costs the modem an exchange.
 *
 *     sendAll    --(ab)--c-d-e---------------
 *     link       --[ab___t___ok]
 *                        [cde___t___ok]     t: taken, ok: acknowledged
 *
 * Calls that do not wait put as many bytes into the send buffer as it has room for. The bytes of waiting calls count,
 * too. The first of these bytes are sent at once, so that the call itself fails if the connection has ended.
 */
export class StreamSender {
  /** Emits the sender when its room changes, or a send of the link fails. */
  private readonly changed = new LazyState<StreamSender>(this);
  /** How many bytes are not acknowledged yet. */
  private outstanding = 0;
  private capacity = usualSendBuffer;
  private hasFailed = false;
  private readonly waiting: Parcel[] = [];
  /** What the interface is taking. */
  private current: Batch | undefined;
  /** Whether the next send begins at the end of this turn. */
  private isWoken = false;
  private isHanding = false;
  private acknowledgedBytes = 0;
  /** How many bytes have been handed to the interface, and are not acknowledged yet. */
  private underWay = 0;
  /** The last parcel that waits, if it belongs to the send buffer and none of its bytes have been handed over. */
  private open: Buffered | undefined;

  /**
   * @param run Runs an operation in the background: a send of the link, which may not be taken yet when the next one
   *   begins, or the loop that begins them. It runs no more of them when the socket is closed.
   * @param turn The scheduler of the end of a turn. Without it, a call that does not wait for others is sent at once.
   */
  constructor(
    private readonly run: (operation$: Observable<never>) => void,
    private readonly turn?: SchedulerLike,
  ) {}

  /** Whether a send of the link has failed, so that no more bytes can be sent. Replays the current state. */
  get hasFailed$(): Observable<boolean> {
    return this.changed.state$.pipe(
      map(({ hasFailed }) => hasFailed),
      distinctUntilChanged(),
    );
  }

  /** Whether the send buffer has room for a byte. Replays the current state. */
  get hasRoom$(): Observable<boolean> {
    return this.changed.state$.pipe(
      map(({ room }) => room > 0),
      distinctUntilChanged(),
    );
  }

  /** How many bytes are not acknowledged yet. */
  get unsent(): number {
    return this.outstanding;
  }

  /** How many bytes the link has acknowledged since it is open. */
  get acknowledged(): number {
    return this.acknowledgedBytes;
  }

  /** How many bytes the send buffer has room for. */
  get room(): number {
    return Math.max(0, this.capacity - this.outstanding);
  }

  /** Changes the size of the send buffer, and keeps what is in it. */
  resize(capacity: number): void {
    this.capacity = capacity;
    this.changed.next(this);
  }

  /**
   * Cold. Waits its turn and hands all bytes over. Emits their number when the link has taken them all, and completes
   * when they are acknowledged. After unsubscribing, no more of them are handed over.
   */
  sendAll(link: StreamLink, bytes: Uint8Array): Observable<number> {
    if (bytes.length === 0) return of(0);
    return this.enqueue(link, () => parcelOf(bytes), this.turn);
  }

  /**
   * Copies as many bytes into the send buffer as it has room for, because the program may reuse its own, and returns their
   * number.
   *
   * @param run Runs the operation that hands them over.
   */
  put(link: StreamLink, bytes: Uint8Array, run: (handing$: Observable<number>) => void): number {
    const taken = bytes.subarray(0, this.room);
    if (taken.length === 0) return 0;
    if (this.open) {
      append(this.open, taken);
      this.count(taken.length);
    } else {
      const store = Buffer.from(taken);
      run(this.enqueue(link, () => (this.open = { ...parcelOf(store), store }), undefined));
    }
    return taken.length;
  }

  /**
   * Cold. Hands over at once all bytes that are left, before the link is closed, and completes when they are acknowledged.
   */
  flush(link: StreamLink): Observable<never> {
    return defer(() => {
      const rest: Observable<never>[] = [];
      while (this.waiting.length > 0) rest.push(this.handOver(link, this.nextBatch(link)));
      return merge(...rest);
    });
  }

  /** Drops all bytes that have not been handed over. */
  drop(): void {
    for (const parcel of [...this.waiting]) this.remove(parcel);
  }

  /** @param turn When the bytes are handed over if no others are: at once without it. */
  private enqueue(link: StreamLink, make: () => Parcel, turn: SchedulerLike | undefined): Observable<number> {
    return new Observable((caller) => {
      const parcel = make();
      parcel.caller = caller;
      // Bytes that calls put in from now on must come after this parcel.
      if (parcel !== this.open) this.open = undefined;
      this.waiting.push(parcel);
      this.count(parcel.bytes.length);
      this.wake(link, turn);
      return () => {
        this.remove(parcel);
        const { current } = this;
        const isOurs = current?.shares.some((share) => share.parcel === parcel);
        if (isOurs && current?.shares.every((share) => share.parcel.caller?.closed)) current.abandon();
      };
    });
  }

  private wake(link: StreamLink, turn: SchedulerLike | undefined): void {
    if (!turn) {
      this.handOn(link);
      return;
    }
    if (this.isWoken || this.current) return;
    this.isWoken = true;
    const atTheEnd$ = new Observable<never>(() =>
      turn.schedule(() => {
        this.isWoken = false;
        this.handOn(link);
      }),
    );
    this.run(atTheEnd$);
  }

  /** Begins one send after the other, until no bytes wait or the link is taking some. */
  private handOn(link: StreamLink): void {
    // A loop, because sends that the link takes at once would fill the stack.
    if (this.isHanding) return;
    this.isHanding = true;
    while (!this.current && this.waiting.length > 0) {
      const batch = this.nextBatch(link);
      this.current = batch;
      const taken = (): void => {
        this.current = undefined;
        this.handOn(link);
      };
      this.run(this.handOver(link, batch, taken));
    }
    this.isHanding = false;
  }

  /** @param taken Called when the link has taken the bytes, and when it will not take them. */
  private handOver(link: StreamLink, batch: Batch, taken?: () => void): Observable<never> {
    const { bytes, shares } = batch;
    let isTaken = false;
    let isCounted = true;
    this.underWay += bytes.length;
    const take = (): void => {
      if (isTaken) return;
      isTaken = true;
      for (const { parcel, size } of shares) {
        parcel.taken += size;
        if (parcel.taken === parcel.bytes.length) parcel.caller?.next(parcel.bytes.length);
      }
      taken?.();
    };
    // Runs before the calls are told, so that a call that sends again at once finds room.
    const settle = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.underWay -= bytes.length;
      this.count(-bytes.length);
    };
    const acknowledge = (): void => {
      settle();
      this.acknowledgedBytes += bytes.length;
      take();
      for (const { parcel, size } of shares) {
        parcel.acknowledged += size;
        if (parcel.acknowledged === parcel.bytes.length) parcel.caller?.complete();
      }
    };
    const fail = (error: unknown): void => {
      this.hasFailed = true;
      this.changed.next(this);
      for (const { parcel } of shares) this.remove(parcel);
      settle();
      for (const { parcel } of shares) parcel.caller?.error(error);
    };
    return new Observable((subscriber) => {
      const end = (): void => subscriber.complete();
      batch.abandon = end;
      subscriber.add(
        link.send(bytes).subscribe({
          next: take,
          error: (error: unknown) => {
            fail(error);
            end();
          },
          complete: () => {
            acknowledge();
            end();
          },
        }),
      );
      subscriber.add(() => {
        settle();
        if (!isTaken) taken?.();
      });
    });
  }

  /** Takes the bytes of the next send. They are copied only where they come from several parcels. */
  private nextBatch({ maxSend, pieceSize = maxSend }: StreamLink): Batch {
    const pieces: Uint8Array[] = [];
    const shares: Batch['shares'][number][] = [];
    let room = this.unsent - this.underWay > maxSend ? pieceSize : maxSend;
    while (room > 0) {
      const [parcel] = this.waiting;
      if (!parcel) break;
      const piece = parcel.bytes.subarray(parcel.sent, parcel.sent + room);
      pieces.push(piece);
      shares.push({ parcel, size: piece.length });
      parcel.sent += piece.length;
      room -= piece.length;
      // Nothing is added to bytes that have been sent. Otherwise a program that always writes would keep them for ever.
      if (parcel === this.open) this.open = undefined;
      if (parcel.sent < parcel.bytes.length) break;
      this.waiting.shift();
    }
    const [only] = pieces;
    const bytes = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    return { bytes, shares, abandon: noop };
  }

  /** Removes a parcel, as far as it has not been handed over. */
  private remove(parcel: Parcel): void {
    const left = parcel.bytes.length - parcel.sent;
    const index = left > 0 ? this.waiting.indexOf(parcel) : -1;
    if (index < 0) return;
    this.waiting.splice(index, 1);
    if (parcel === this.open) this.open = undefined;
    this.count(-left);
  }

  private count(bytes: number): void {
    this.outstanding += bytes;
    this.changed.next(this);
  }
}

function parcelOf<T extends Uint8Array>(bytes: T): Parcel & { bytes: T } {
  return { bytes, caller: undefined, sent: 0, taken: 0, acknowledged: 0 };
}

/** Appends to a store that doubles its size, so that the cost of many small appends grows with their bytes alone. */
function append(parcel: Buffered, more: Uint8Array): void {
  const { length } = parcel.bytes;
  if (length + more.length > parcel.store.length) {
    const store = Buffer.allocUnsafe(Math.max(2 * parcel.store.length, length + more.length));
    store.set(parcel.bytes);
    parcel.store = store;
  }
  parcel.store.set(more, length);
  parcel.bytes = parcel.store.subarray(0, length + more.length);
}

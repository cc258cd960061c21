import {
  BehaviorSubject,
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  finalize,
  map,
  merge,
  Observable,
  of,
  repeat,
  Subject,
  type Subscriber,
  takeUntil,
  tap,
} from 'rxjs';

import type { StreamLink } from '../contract/nic';

/** How many bytes the send buffer holds unless `SO_SNDBUF` says otherwise: four sends of a modem. */
const usualSendBuffer = 8_192;

/** The bytes of one call, or of several calls that do not wait. */
interface Parcel {
  bytes: Uint8Array;
  caller: Subscriber<number> | undefined;
  /** How many of the bytes have been handed to the interface. */
  sent: number;
}

/** The copied bytes of calls that do not wait. More may be added until the first of them are handed over. */
interface Buffered extends Parcel {
  /** Begins with `bytes`, and has room after them. */
  store: Buffer;
}

/** The bytes of one send of the link, and the parcels that they come from. */
interface Batch {
  readonly bytes: Uint8Array;
  readonly parcels: readonly Parcel[];
}

/**
 * The sending side of a stream socket. It sends the bytes of the calls in their order, and cuts them into sends that
 * the link takes. While one send runs, the small parcels after it are joined, because each send costs the modem an
 * exchange.
 *
 *     sendAll    --a--b-c-d------------
 *     link       --[a_______][bcd__]---
 *
 * Calls that do not wait put as many bytes into the send buffer as it has room for. The bytes of waiting calls count,
 * too.
 */
export class StreamSender {
  /** Whether the send buffer has room for a byte. Replays the current state. */
  readonly hasRoom$: Observable<boolean>;
  /** Whether a send of the link has failed, so that no more bytes can be sent. Replays the current state. */
  readonly hasFailed$: Observable<boolean>;
  /** Hands the bytes over until {@link end}, and emits nothing. The owner subscribes once. */
  readonly sending$: Observable<never>;

  private readonly wakes = new Subject<StreamLink>();
  private readonly abandonments = new Subject<void>();
  /** How many bytes the interface has not taken yet. */
  private readonly outstanding = new BehaviorSubject(0);
  private readonly capacity = new BehaviorSubject(usualSendBuffer);
  private readonly failed = new BehaviorSubject(false);
  private readonly waiting: Parcel[] = [];
  private current: readonly Parcel[] = [];
  /** The last parcel that waits, if it belongs to the send buffer and none of its bytes have been handed over. */
  private open: Buffered | undefined;

  constructor() {
    this.sending$ = this.wakes.pipe(
      exhaustMap((link) =>
        defer(() => this.hand(link)).pipe(repeat({ delay: () => (this.waiting.length > 0 ? of(true) : EMPTY) })),
      ),
    );
    this.hasFailed$ = this.failed.asObservable();
    this.hasRoom$ = merge(this.outstanding, this.capacity).pipe(
      map(() => this.room > 0),
      distinctUntilChanged(),
    );
  }

  /** How many bytes the interface has not taken yet. */
  get unsent(): number {
    return this.outstanding.value;
  }

  /** How many bytes the send buffer has room for. */
  get room(): number {
    return Math.max(0, this.capacity.value - this.outstanding.value);
  }

  /** Changes the size of the send buffer, and keeps what is in it. */
  resize(capacity: number): void {
    this.capacity.next(capacity);
  }

  /**
   * Cold. Waits its turn, hands all bytes over, and emits their number. After unsubscribing, no more of them are handed
   * over.
   */
  sendAll(link: StreamLink, bytes: Uint8Array): Observable<number> {
    if (bytes.length === 0) return of(0);
    return this.enqueue(link, () => ({ bytes, caller: undefined, sent: 0 }));
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
      run(this.enqueue(link, () => (this.open = { bytes: store, store, caller: undefined, sent: 0 })));
    }
    return taken.length;
  }

  /**
   * Cold. Hands over at once all bytes that are left, before the link is closed, and completes when it has taken them.
   */
  flush(link: StreamLink): Observable<never> {
    return defer(() => {
      const rest: Observable<never>[] = [];
      while (this.waiting.length > 0) rest.push(this.handOver(link, this.nextBatch(link.maxSend)));
      return merge(...rest);
    });
  }

  /** Drops all bytes that have not been handed over. */
  drop(): void {
    for (const parcel of [...this.waiting]) this.remove(parcel);
  }

  /** Accepts no more bytes. What has been handed over still goes. */
  end(): void {
    this.wakes.complete();
  }

  private enqueue(link: StreamLink, make: () => Parcel): Observable<number> {
    return new Observable((caller) => {
      const parcel = make();
      parcel.caller = caller;
      // Bytes that calls put in from now on must come after this parcel.
      if (parcel !== this.open) this.open = undefined;
      this.waiting.push(parcel);
      this.count(parcel.bytes.length);
      this.wakes.next(link);
      return () => {
        this.remove(parcel);
        if (this.current.includes(parcel) && this.current.every((each) => each.caller?.closed))
          this.abandonments.next();
      };
    });
  }

  private hand(link: StreamLink): Observable<never> {
    const batch = this.nextBatch(link.maxSend);
    if (batch.bytes.length === 0) return EMPTY;
    this.current = batch.parcels;
    return this.handOver(link, batch).pipe(
      // No call waits for it any more. A send that has not begun never begins.
      takeUntil(this.abandonments),
    );
  }

  private handOver(link: StreamLink, { bytes, parcels }: Batch): Observable<never> {
    let isCounted = true;
    // Runs before the calls are told, so that a call that sends again at once finds room.
    const settle = () => {
      if (!isCounted) return;
      isCounted = false;
      if (this.current === parcels) this.current = [];
      this.count(-bytes.length);
    };
    return link.send(bytes).pipe(
      tap({
        complete: () => {
          settle();
          for (const parcel of parcels) this.complete(parcel);
        },
      }),
      catchError((error: unknown) => {
        this.failed.next(true);
        for (const parcel of parcels) this.remove(parcel);
        settle();
        for (const { caller } of parcels) caller?.error(error);
        return EMPTY;
      }),
      finalize(settle),
    );
  }

  /** Takes the bytes of the next send, at most `size`. They are copied only where they come from several parcels. */
  private nextBatch(size: number): Batch {
    const pieces: Uint8Array[] = [];
    const parcels: Parcel[] = [];
    let room = size;
    while (room > 0) {
      const [parcel] = this.waiting;
      if (!parcel) break;
      const piece = parcel.bytes.subarray(parcel.sent, parcel.sent + room);
      pieces.push(piece);
      parcels.push(parcel);
      parcel.sent += piece.length;
      room -= piece.length;
      // Nothing is added to bytes that have been sent. Otherwise a program that always writes would keep them for ever.
      if (parcel === this.open) this.open = undefined;
      if (parcel.sent < parcel.bytes.length) break;
      this.waiting.shift();
    }
    const [only] = pieces;
    return { bytes: pieces.length === 1 && only ? only : Buffer.concat(pieces), parcels };
  }

  private complete({ bytes, sent, caller }: Parcel): void {
    if (sent < bytes.length) return;
    caller?.next(bytes.length);
    caller?.complete();
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
    this.outstanding.next(this.outstanding.value + bytes);
  }
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

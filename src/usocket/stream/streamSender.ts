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

/** Bytes that the send buffer holds where nothing else is asked for: four pieces of the modem's. */
const usualSendBuffer = 8_192;

/** What one call wants to send, or several calls that do not wait. */
interface Parcel {
  bytes: Uint8Array;
  caller: Subscriber<number> | undefined;
  /** Bytes of it that the interface has, or is taking. */
  sent: number;
}

/** Copies of bytes that nobody waits for: more may be added until the interface takes the first of them. */
interface Buffered extends Parcel {
  /** Holds `bytes` at its start, and room behind them. */
  store: Buffer;
}

/** One piece for the interface, and the calls that have bytes in it. */
interface Batch {
  readonly bytes: Uint8Array;
  readonly parcels: readonly Parcel[];
}

/**
 * The sending side of a stream socket: the calls' bytes in their order, in pieces that the link takes. Small ones that
 * wait for the one before are joined, for each piece costs the modem an exchange.
 *
 *     sendAll    --a--b-c-d------------
 *     link       --[a_______][bcd__]---
 *
 * Calls that do not wait put their bytes into the send buffer, as far as there is room. What others are sending counts.
 */
export class StreamSender {
  /** Whether the send buffer has room for a byte; replays the current state. */
  readonly hasRoom$: Observable<boolean>;
  /** Whether the link has refused bytes: nothing more will go; replays the current state. */
  readonly hasFailed$: Observable<boolean>;
  /** Hands over what is to be sent, until {@link end}; emits nothing. The owner subscribes once. */
  readonly sending$: Observable<never>;

  private readonly wakes = new Subject<StreamLink>();
  private readonly abandonments = new Subject<void>();
  /** Bytes that the interface has not taken yet. */
  private readonly outstanding = new BehaviorSubject(0);
  private readonly capacity = new BehaviorSubject(usualSendBuffer);
  private readonly failed = new BehaviorSubject(false);
  private readonly waiting: Parcel[] = [];
  private current: readonly Parcel[] = [];
  /** The last of those that wait, where it is of the send buffer and nothing of it has gone. */
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

  /** Bytes that the interface has not taken yet. */
  get unsent(): number {
    return this.outstanding.value;
  }

  /** Bytes that the send buffer can take now. */
  get room(): number {
    return Math.max(0, this.capacity.value - this.outstanding.value);
  }

  /** Changes the size of the send buffer. What is in it stays. */
  resize(capacity: number): void {
    this.capacity.next(capacity);
  }

  /**
   * Cold: waits its turn, hands everything over, and emits the number of bytes. Unsubscribing keeps back what is not on
   * its way yet.
   */
  sendAll(link: StreamLink, bytes: Uint8Array): Observable<number> {
    if (bytes.length === 0) return of(0);
    return this.enqueue(link, () => ({ bytes, caller: undefined, sent: 0 }));
  }

  /**
   * Takes into the send buffer what there is room for, from the first byte on, and tells how much that was. They are
   * copied, for the caller may use its buffer again.
   *
   * @param run Runs what hands them over, and hears of its failure.
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

  /** Cold: hands over at once all that is left, for a link that is about to be closed, and waits for it. */
  flush(link: StreamLink): Observable<never> {
    return defer(() => {
      const rest: Observable<never>[] = [];
      while (this.waiting.length > 0) rest.push(this.handOver(link, this.nextBatch(link.maxSend)));
      return merge(...rest);
    });
  }

  /** Keeps back what is not on its way yet. */
  drop(): void {
    for (const parcel of [...this.waiting]) this.remove(parcel);
  }

  /** Nothing more will be sent; what is on its way arrives. */
  end(): void {
    this.wakes.complete();
  }

  private enqueue(link: StreamLink, make: () => Parcel): Observable<number> {
    return new Observable((caller) => {
      const parcel = make();
      parcel.caller = caller;
      // What is put in from now on stands behind this one.
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
      // Nobody waits for it any more: where it has not begun, it never will.
      takeUntil(this.abandonments),
    );
  }

  private handOver(link: StreamLink, { bytes, parcels }: Batch): Observable<never> {
    let isCounted = true;
    // First, so that who sends again on hearing of the end finds the way free.
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

  /** As many bytes as one piece holds, in the order of the calls; those of one call are not copied. */
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
      // Nothing is added behind bytes that have gone: with who writes on and on, they would never be let go.
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

  /** Takes what is not on its way yet out of those that wait. */
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

/** In steps that double, so that single bytes cost no more than their number. */
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

import {
  BehaviorSubject,
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  finalize,
  Observable,
  of,
  repeat,
  Subject,
  type Subscriber,
  takeUntil,
  tap,
} from 'rxjs';

import type { StreamLink } from '../nic';
import { OSError } from '../osError';

/** Bytes that a non-blocking send takes at most: it holds a copy until the interface has taken them. */
const nonBlockingSend = 2048;

/** What one call wants to send. */
interface Parcel {
  readonly bytes: Uint8Array;
  readonly caller: Subscriber<number>;
  /** Bytes of it that the interface has, or is taking. */
  sent: number;
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
 */
export class StreamSender {
  /** Whether bytes are on their way to the interface; replays the current state. */
  readonly busy$: Observable<boolean>;
  /** Hands over what is to be sent, until {@link end}; emits nothing. The owner subscribes once. */
  readonly sending$: Observable<never>;

  private readonly wakes = new Subject<StreamLink>();
  private readonly abandonments = new Subject<void>();
  private readonly isBusy = new BehaviorSubject(false);
  private waiting: readonly Parcel[] = [];
  private current: readonly Parcel[] = [];

  constructor() {
    this.sending$ = this.wakes.pipe(
      exhaustMap((link) =>
        defer(() => this.hand(link)).pipe(repeat({ delay: () => (this.waiting.length > 0 ? of(true) : EMPTY) })),
      ),
    );
    this.busy$ = this.isBusy.pipe(distinctUntilChanged());
  }

  /** Whether bytes are on their way to the interface. */
  get busy(): boolean {
    return this.isBusy.value;
  }

  /**
   * Cold: waits its turn, hands everything over, and emits the number of bytes. Unsubscribing keeps back what is not on
   * its way yet.
   */
  sendAll(link: StreamLink, bytes: Uint8Array): Observable<number> {
    if (bytes.length === 0) return of(0);
    return new Observable((caller) => {
      const parcel: Parcel = { bytes, caller, sent: 0 };
      this.waiting = [...this.waiting, parcel];
      this.isBusy.next(true);
      this.wakes.next(link);
      return () => {
        this.waiting = this.waiting.filter((other) => other !== parcel);
        if (this.current.includes(parcel) && this.current.every((each) => each.caller.closed)) this.abandonments.next();
      };
    });
  }

  /**
   * What a non-blocking send takes of the bytes: a copy, for the caller may use its buffer again. One piece at most, so
   * that it has been handed over whatever comes next, `close` included.
   *
   * Throws `EAGAIN` while other bytes are on their way.
   */
  accept(link: StreamLink, bytes: Uint8Array, syscall: string): Buffer {
    if (!this.busy) return Buffer.from(bytes.subarray(0, Math.min(nonBlockingSend, link.maxSend)));
    throw new OSError(
      'EAGAIN',
      syscall,
      `${syscall}: the last bytes are still on their way, and the socket is non-blocking`,
    );
  }

  /** Nothing more will be sent; what is on its way arrives. */
  end(): void {
    this.wakes.complete();
  }

  private hand(link: StreamLink): Observable<never> {
    const { bytes, parcels } = this.nextBatch(link.maxSend);
    if (bytes.length === 0) return EMPTY;
    this.current = parcels;
    return link.send(bytes).pipe(
      tap({
        complete: () => {
          this.settle(parcels);
        },
      }),
      catchError((error: unknown) => {
        this.waiting = this.waiting.filter((parcel) => !parcels.includes(parcel));
        this.tellRest();
        for (const { caller } of parcels) caller.error(error);
        return EMPTY;
      }),
      // Nobody waits for it any more: where it has not begun, it never will.
      takeUntil(this.abandonments),
      finalize(() => {
        this.tellRest();
      }),
    );
  }

  /** As many bytes as one piece holds, in the order of the calls; those of one call are not copied. */
  private nextBatch(size: number): Batch {
    const pieces: Uint8Array[] = [];
    const parcels: Parcel[] = [];
    let room = size;
    for (const parcel of this.waiting) {
      if (room === 0) break;
      const piece = parcel.bytes.subarray(parcel.sent, parcel.sent + room);
      pieces.push(piece);
      parcels.push(parcel);
      parcel.sent += piece.length;
      room -= piece.length;
    }
    this.waiting = this.waiting.filter(({ sent, bytes }) => sent < bytes.length);
    const [only] = pieces;
    return { bytes: pieces.length === 1 && only ? only : Buffer.concat(pieces), parcels };
  }

  private settle(parcels: readonly Parcel[]): void {
    // First, so that who sends again on hearing of the end finds the way free.
    this.tellRest();
    for (const { bytes, sent, caller } of parcels) {
      if (sent < bytes.length) continue;
      caller.next(bytes.length);
      caller.complete();
    }
  }

  private tellRest(): void {
    this.current = [];
    this.isBusy.next(this.waiting.length > 0);
  }
}

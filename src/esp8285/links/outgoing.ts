import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  first,
  ignoreElements,
  map,
  merge,
  Observable,
  of,
  take,
  timer,
} from 'rxjs';

import { Mutex } from '../../streams';
import { common, longestSend } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import type { Settlement } from '../executor/turn';
import { bufferStatusExchange } from './exchanges/bufferStatus';
import { isBufferFull, isQueueFull } from './exchanges/reasons';
import { segmentExchange } from './exchanges/segmentExchange';
import { LinkGone, SegmentsLost } from './exchanges/sendErrors';
import { sendExchange } from './exchanges/sendExchange';
import type { LinkContext } from './linkContext';
import type { LinkLife } from './linkLife';
import { alongside } from './polling/alongside';
import { Segments } from './sending/segments';
import { watchSegments } from './sending/watchSegments';
import { saysMissing } from './streamErrors';

/**
 * After a send without the send buffer that took longer than `patientSend` milliseconds, the next one of that link has
 * `impatientSend` bytes: one segment of any network.
 */
const patientSend = 1_000;
const impatientSend = 536;
/** A link that has refused this many segments in a row is not asked any more. */
const mostRefusals = 2;
/** Milliseconds before a full buffer is tried again, if nothing is acknowledged meanwhile: first and at most. */
const fullPause = { first: 50, longest: 1_000 };

/** The link on which bytes are sent. */
export interface OutgoingLink {
  readonly life: LinkLife;
  /** The send buffer cannot be used with encryption. */
  readonly isEncrypted: boolean;
  /** Errors when the link fails. */
  readonly lost$: Observable<unknown>;
  /** Makes the error of a send that has failed. Also fails the link, if that follows. */
  sendError(cause: unknown): unknown;
}

/** How the acknowledgement of taken bytes shows itself. It has come after some milliseconds if it is a number. */
type Acknowledgement = Observable<never> | number;

type NoteFailure = (cause: unknown) => void;

/**
 * The bytes that go out on a stream link. With a send buffer (AT 1.3 to 1.7), the next send may begin as soon as the modem
 * has taken the bytes, and several segments are under way. Otherwise each send waits for its result.
 *
 *     send     --[a__t______ok]         t: the modem has taken the bytes
 *                    [b__t______ok]
 */
export class Outgoing {
  /** Bytes that the modem has taken. */
  sent = 0;

  private readonly turns = new Mutex();
  private readonly segments = new Segments();
  /** A slow peer blocks all links without a send buffer, so it gets fewer bytes at a time as long as it is slow. */
  private most = longestSend;
  private refusals = 0;
  private isWatched = false;

  constructor(
    private readonly link: OutgoingLink,
    private readonly context: LinkContext,
  ) {}

  /** The most bytes of one {@link send}. */
  get maxSend(): number {
    return this.usesBuffer ? Math.min(longestSend, this.context.sendBuffer.capacity) : this.most;
  }

  /** The size of the pieces of more bytes: two of them fill the send buffer, so that one is always under way. */
  get pieceSize(): number {
    return this.usesBuffer ? Math.min(longestSend, this.context.sendBuffer.capacity >> 1) : this.most;
  }

  /** Cold: completes when all bytes that were to be sent are acknowledged, or cannot be any more. */
  get drained$(): Observable<never> {
    const free$ = this.turns.locked$.pipe(first((isLocked) => !isLocked));
    return concat(
      free$,
      defer(() => this.whenRoomFor(Infinity, () => EMPTY)),
    ).pipe(ignoreElements());
  }

  /** See {@link StreamLink.send}. It is written by hand, because each send passes here. */
  send(bytes: Uint8Array): Observable<void> {
    const { link } = this;
    const { life } = link;
    return new Observable((caller) => {
      let failure: unknown;
      const error = (cause: unknown): void => caller.error(failure ?? link.sendError(cause));
      if (!life.isOpen) {
        error(new LinkGone('nothing was sent'));
        return;
      }
      // A failure ends the connection, whether or not the caller still waits for the send.
      const noteFailure = (cause: unknown) => {
        failure = link.sendError(cause);
        if (life.isOpen && saysMissing(cause)) life.vanish();
      };
      const put$ = defer(() =>
        this.usesBuffer ? this.putSegment(bytes, noteFailure) : this.sendAndWait(bytes, noteFailure),
      );
      /** What has not ended: the turn, and the wait for the acknowledgement. */
      let waits = 1;
      const complete = (): void => {
        waits--;
        if (waits === 0) caller.complete();
      };
      const taken = (acknowledgement$: Acknowledgement): void => {
        if (typeof acknowledgement$ === 'object') {
          waits++;
          caller.add(acknowledgement$.subscribe({ error, complete }));
        }
        caller.next();
      };
      const turn$ = this.turns.runExclusive(put$.pipe(alongside(link.lost$)));
      caller.add(turn$.subscribe({ next: taken, error, complete }));
    });
  }

  /** The modem has said what has become of a segment. */
  segmentEnded(segment: number, ok: boolean): void {
    this.segments.ended(segment, ok);
  }

  /** The modem has closed the link. It says nothing more about the segments. */
  end(failureOf: (cause: unknown) => unknown): void {
    if (!this.segments.isIdle) this.segments.fail(failureOf(new SegmentsLost(this.segments.bytes)));
  }

  /** The link has failed. */
  fail(error: unknown): void {
    this.segments.fail(error);
  }

  private get usesBuffer(): boolean {
    return this.context.sendBuffer.isUsable && !this.link.isEncrypted && this.refusals < mostRefusals;
  }

  /** Emits when the modem has taken the bytes and can take more. */
  private putSegment(
    bytes: Uint8Array,
    noteFailure: NoteFailure,
    pause = fullPause.first,
  ): Observable<Acknowledgement> {
    const { life } = this.link;
    const { executor, sendBuffer } = this.context;
    let before = 0;
    const put = (): Observable<Acknowledgement> => {
      before = this.segments.count;
      const segment = this.segments.begin(bytes.length);
      const command = common.sendSegment(life.id, bytes.length);
      const exchange = segmentExchange({ command, bytes, expected: this.segments.expected }, life);
      const settled = (settlement: Settlement<number | undefined>) => {
        if (settlement.end === 'done') {
          this.sent += bytes.length;
          this.refusals = 0;
          sendBuffer.worked();
          this.segments.taken(segment, settlement.value);
          this.watch();
        } else {
          this.segments.withdraw(segment, settlement.end === 'failed');
          if (settlement.end === 'failed' && !(settlement.cause instanceof Refusal)) noteFailure(settlement.cause);
        }
      };
      return executor.run(exchange, settled).pipe(concatMap(() => this.whenReady(segment.acknowledged$)));
    };
    return this.whenRoomFor(bytes.length, put).pipe(
      catchError((cause: unknown) => {
        if (!(cause instanceof Refusal && life.isOpen)) throw cause;
        if (isQueueFull(cause)) sendBuffer.places = Math.max(1, before);
        if (isBufferFull(cause)) {
          if (before > 0) return this.putLater(bytes, noteFailure, pause);
          // An empty buffer that has no room for the bytes never has.
          return concat(this.ask(), this.sendAndWait(bytes, noteFailure));
        }
        // The modem or this link has no send buffer, or the line has damaged the command.
        this.refusals++;
        sendBuffer.refused();
        return this.whenRoomFor(Infinity, () => this.sendAndWait(bytes, noteFailure));
      }),
    );
  }

  /** The buffer has less room than was believed. */
  private putLater(bytes: Uint8Array, noteFailure: NoteFailure, pause: number): Observable<Acknowledgement> {
    const { clock } = this.context.hold;
    return concat(
      this.ask(),
      merge(this.segments.changes$, timer(pause, clock)).pipe(take(1), ignoreElements()),
      defer(() => this.putSegment(bytes, noteFailure, Math.min(2 * pause, fullPause.longest))),
    );
  }

  private sendAndWait(bytes: Uint8Array, noteFailure: NoteFailure): Observable<Acknowledgement> {
    const { life } = this.link;
    const exchange = sendExchange(common.send(life.id, bytes.length), bytes, life);
    const settled = (settlement: Settlement<number>) => {
      if (settlement.end === 'done') {
        this.sent += bytes.length;
        this.most = settlement.value > patientSend ? impatientSend : Math.min(longestSend, 2 * this.most);
      } else if (settlement.end === 'failed') {
        noteFailure(settlement.cause);
      }
    };
    return this.context.executor.run(exchange, settled);
  }

  /** Emits a value when the buffer has room for the next piece. Asks how large it is when it is full for the first time. */
  private whenReady<T>(value: T): Observable<T> {
    const { pieceSize } = this;
    const emit = (): Observable<T> => of(value);
    if (this.hasRoom(pieceSize) || !this.context.sendBuffer.takeQuestion()) return this.whenRoomFor(pieceSize, emit);
    return concat(
      this.ask(),
      defer(() => this.whenRoomFor(this.pieceSize, emit)),
    );
  }

  private hasRoom(length: number): boolean {
    const { capacity, places } = this.context.sendBuffer;
    const { isIdle, bytes, count } = this.segments;
    return isIdle || (bytes + length <= capacity && count < places);
  }

  /** Makes an operation when the buffer has room for that many bytes, or is empty: at once if that is so now. */
  private whenRoomFor<T>(length: number, make: () => Observable<T>): Observable<T> {
    if (this.hasRoom(length)) return make();
    return this.segments.changes$.pipe(
      first(() => this.hasRoom(length)),
      concatMap(make),
    );
  }

  /** Watches over the segments under way, in the background. */
  private watch(): void {
    if (this.isWatched || !this.segments.isWaiting) return;
    this.isWatched = true;
    const { context, link, segments } = this;
    const watched$ = watchSegments(segments, { clock: context.hold.clock, ask: () => this.ask() });
    context.run(
      watched$.pipe(
        catchError((cause: unknown) => {
          link.sendError(cause);
          return EMPTY;
        }),
        finalize(() => (this.isWatched = false)),
      ),
    );
  }

  private ask(): Observable<never> {
    const { life } = this.link;
    return this.context.executor.run(bufferStatusExchange(life.id)).pipe(
      // The executor deals with a modem that does not answer.
      catchError(() => EMPTY),
      map((status) => {
        if (status === 'gone') {
          if (life.isOpen) life.vanish();
        } else if (status !== undefined) {
          this.context.sendBuffer.learned(this.segments.compare(status));
        }
      }),
      ignoreElements(),
    );
  }
}

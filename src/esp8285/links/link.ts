import {
  AsyncSubject,
  BehaviorSubject,
  catchError,
  combineLatest,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  first,
  ignoreElements,
  map,
  merge,
  type Observable,
  repeat,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';

import type { ErrorCode } from '../../usocket/contract/errno';
import type { CloseOptions, Endpoint, StreamLink, StreamSettings } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import type { Settlement } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';
import type { Block } from '../grammar/frame';
import type { LossKind } from './damage';
import { readExchange, type Reading } from './exchanges';
import { Incoming } from './incoming';
import { type LinkContext, longestSend, type NumberedLink } from './numberedLink';
import { LinkGone, ResultLost, sendExchange, SendRefused } from './sendExchange';
import { setNoDelay } from './settings';

/** Milliseconds of a send behind which the next one of that link is of so many bytes: one segment of any network. */
const patientSend = 1_000;
const impatientSend = 536;

const networkLost = 'the modem has lost its network, and the connection';

/**
 * `draining`: closed, and data still wait in the modem. `failed`: open in the modem, and of no use any more. `over`: the
 * modem knows nothing of it.
 */
type Phase = 'opening' | 'open' | 'draining' | 'failed' | 'over';

/**
 * One connection of the modem, from `AT+CIPSTART` to `CLOSED`. The number is used again for another connection, the
 * object is not: what is said about a number reaches the object that holds it at that time.
 */
export class Link implements NumberedLink, StreamLink {
  /** A peer that takes its time stops everybody: it gets less at a time, as long as it does. */
  maxSend = longestSend;
  begun = false;
  tookToStart = 0;

  private phase: Phase = 'opening';
  private failure: OSError | undefined;
  private readonly incoming = new Incoming<Buffer>();
  /**
   * Bytes to ask the modem for: those that wait, as far as it has said; of a closed link, as many as one read gives. Of an
   * encrypted one they are asked for until the modem has no more.
   */
  private readonly announced = new BehaviorSubject(0);
  /** Bytes that the modem has said it has, and has not handed over. */
  private owed = 0;
  /** Bytes that the read under way has brought; `undefined` until its block has come. */
  private handedOver: number | undefined;
  private noticesHeard = 0;
  /** Data may be missing: what comes after is not handed on, until it is known what has happened. */
  private doubted: LossKind | undefined;
  /** It goes over the network, not over the modem's own, and was open when that was lost. */
  private isOverNetwork = false;
  private isCutOff = false;
  /** The modem does not have it any more, and how it has ended was not heard. */
  private isMissing = false;
  private readonly end = new AsyncSubject<never>();

  constructor(
    readonly id: number,
    /** Of a connection that has come, known a moment later. */
    public remote: Endpoint,
    private readonly context: LinkContext,
    /** The notices of an encrypted link count the encryption, too: more than can be read (esp-at issues 655, 729). */
    public isEncrypted = false,
  ) {}

  get isOpen(): boolean {
    return this.phase === 'open';
  }

  get canSend(): boolean {
    return this.isOpen;
  }

  get hasOpened(): boolean {
    return this.phase !== 'opening';
  }

  get isGone(): boolean {
    return this.phase === 'draining' || this.phase === 'over';
  }

  get mayPush(): boolean {
    return this.context.reception.mayPush(this.isEncrypted);
  }

  get mayNotice(): boolean {
    return this.canPull;
  }

  opened(): void {
    if (this.phase !== 'opening') return;
    this.phase = 'open';
    this.isOverNetwork = this.context.hasAddress();
  }

  /** Whether it has ended with a failure. */
  get isLost(): boolean {
    return this.failure !== undefined;
  }

  /** A peer has connected. ESP-AT has been seen not to announce the data that came with it. */
  arrived(): void {
    // Where its number was reserved for another: the modem serves no encrypted connections.
    this.isEncrypted = false;
    this.opened();
    this.announced.next(this.longestRead);
  }

  received({ pieces, length }: Block): void {
    if (this.doubted) return;
    this.handedOver = (this.handedOver ?? 0) + length;
    this.owed = Math.max(0, this.owed - length);
    if (this.phase === 'open' && !this.isEncrypted) this.announced.next(Math.max(0, this.announced.value - length));
    // In one piece: whoever waits for it would be given the first chunk alone, of a few bytes on a slow line.
    const [only] = pieces;
    if (only) this.incoming.push(pieces.length === 1 ? only : Buffer.concat(pieces, length));
  }

  noticed(length: number): void {
    // One that comes late, of data that have been pushed meanwhile, says nothing.
    if (this.longestRead === 0) return;
    this.owed = this.isEncrypted ? 0 : length;
    this.noticesHeard++;
    this.announced.next(length);
  }

  taken(length: number, isThere: boolean): void {
    if (!this.isOpen) return;
    if (isThere && this.context.hasAddress()) this.isCutOff = false;
    if (isThere) this.announced.next(Math.max(this.announced.value, length));
    else if (this.longestRead > 0 || this.isCutOff) {
      // What the modem still holds of it is read, but the peer's word is not among it.
      this.isMissing = true;
      this.closed();
    } else this.damaged('bytes');
  }

  doubt(how: LossKind): void {
    if (!this.mayPush) this.handedOver = undefined;
    else if (this.isOpen) this.doubted ??= how;
  }

  confirmDoubt(): void {
    if (this.doubted) this.damaged(this.doubted);
  }

  damaged(how: LossKind): void {
    this.fail(this.error('EIO', 'recv', this.lossText(how)));
  }

  pullAgain(): void {
    // What came while data were pushed may not have been announced.
    if (this.phase === 'open') this.announced.next(this.longestRead);
  }

  cutOff(): void {
    this.isCutOff = this.isOverNetwork;
  }

  givenUp(error: OSError): void {
    if (this.isCutOff) this.fail(error);
  }

  /** The modem said `CLOSED`. AT 1.7 says so while data still wait: they are read until it has no more. */
  closed(): void {
    if (this.phase === 'failed') this.release();
    if (this.phase !== 'open') return;
    if (this.doubted) {
      this.damaged(this.doubted);
      this.release();
    } else if (this.longestRead === 0) {
      this.over();
    } else {
      this.phase = 'draining';
      this.announced.next(this.longestRead);
    }
  }

  /** The connection is of no use any more, though the modem still has it: the socket has yet to close it. */
  fail(error: OSError): void {
    if (this.phase === 'over' || this.phase === 'failed') return;
    this.phase = 'failed';
    this.failure = error;
    this.incoming.fail(error);
  }

  lost(error: OSError): void {
    this.fail(error);
    this.release();
  }

  receive(room$: Observable<number>): Observable<Uint8Array> {
    const received$ = this.incoming.items$.pipe(this.context.hold.forReader(room$, () => this.longestRead === 0));
    return merge(
      received$,
      defer(() => (this.canPull ? this.pulling(room$) : this.incoming.whileItLasts(this.context.asking$))),
    );
  }

  send(bytes: Uint8Array): Observable<never> {
    return defer(() => {
      if (!this.isOpen) throw this.sendError(new LinkGone('nothing was sent'));
      const exchange = sendExchange(common.send(this.id, bytes.length), bytes, this);
      let error: unknown;
      // A failure ends the connection, whether or not the caller still waits for it.
      const settled = (settlement: Settlement<number>) => {
        if (settlement.end !== 'failed') return;
        error = this.sendError(settlement.cause);
        if (this.isOpen && isMissing(settlement.cause)) this.vanish();
      };
      return merge(this.context.executor.run(exchange, settled), this.incoming.end$).pipe(
        catchError((cause: unknown) => throwError(() => error ?? this.sendError(cause))),
      );
    }).pipe(
      take(1),
      tap((took) => {
        this.maxSend = took > patientSend ? impatientSend : Math.min(longestSend, 2 * this.maxSend);
      }),
      ignoreElements(),
    );
  }

  configure({ keepAlive, noDelay }: StreamSettings): Observable<never> {
    return defer(() => {
      if (keepAlive !== undefined) {
        throw this.error(
          'ENOPROTOOPT',
          'setsockopt',
          'the modem takes SO_KEEPALIVE at the start only: set it before connect',
        );
      }
      return noDelay === undefined ? EMPTY : this.setNoDelay(noDelay);
    });
  }

  setNoDelay(noDelay: boolean, settled?: (settlement: Settlement<unknown>) => void): Observable<never> {
    return setNoDelay(this.context, this.id, noDelay, settled);
  }

  close({ reset = false }: CloseOptions = {}): Observable<never> {
    return defer(() => {
      if (this.phase === 'open' || this.phase === 'failed') this.context.discard(this, reset);
      else this.finish();
      return this.end.pipe(takeUntil(this.context.patience$));
    });
  }

  /** AT 1.7 moves what waits to its heap at the peer's end, and loses it when that is full or the number is used again. */
  finish(): void {
    if (this.phase === 'draining' && this.owed > 0) {
      const what = `the peer has closed it, and the modem lost its last ${this.owed} bytes`;
      this.fail(this.error('ECONNRESET', 'recv', what));
    }
    this.incoming.complete();
    this.release();
  }

  /** Most bytes of one read; 0 while the modem pushes what comes on this link. */
  private get longestRead(): number {
    return this.context.reception.longestReadOf(this.isEncrypted);
  }

  /** Of a connection that has ended all that is left is asked for: it is not pushed. */
  private get longestPull(): number {
    return this.phase === 'draining' ? this.context.reception.longestPullOf(this.isEncrypted) : this.longestRead;
  }

  private get canPull(): boolean {
    return this.context.reception.canPull(this.isEncrypted);
  }

  /** Asks for what waits in the modem, as much at a time as the reader has room for. */
  private pulling(room$: Observable<number>): Observable<never> {
    const reading$ = combineLatest([this.announced, room$]).pipe(
      map(([waiting, room]) => Math.min(waiting, room, this.longestPull)),
      first((size) => size > 0),
      concatMap((size) => this.pull(size)),
      repeat(),
    );
    return this.incoming.whileItLasts(merge(reading$, this.asking(room$)));
  }

  /** The line may have lost a notice, and ESP-AT does not print another one before the data are read. */
  private asking(room$: Observable<number>): Observable<never> {
    return combineLatest([this.announced, room$]).pipe(
      map(([waiting, room]) => waiting === 0 && room > 0),
      distinctUntilChanged(),
      switchMap((isQuiet) => (isQuiet ? this.context.asking$ : EMPTY)),
    );
  }

  private pull(size: number): Observable<never> {
    let heardBefore = 0;
    return defer(() => {
      this.handedOver = undefined;
      heardBefore = this.noticesHeard;
      return this.context.executor.run(readExchange(this.id, size));
    }).pipe(
      tap({
        next: (reading) => {
          this.pulled(heardBefore, reading);
        },
      }),
      ignoreElements(),
      catchError((error: unknown) => {
        if (error instanceof Refusal) this.emptied(heardBefore);
        else this.fail(this.error('EIO', 'recv', 'the modem did not hand its data over', error));
        return EMPTY;
      }),
    );
  }

  /** An answer without a block is one whose header was lost: what follows it must not be read as if nothing were missing. */
  private pulled(heardBefore: number, { isLost }: Reading): void {
    if (this.handedOver === undefined && isLost) {
      this.fail(this.error('EIO', 'recv', 'the serial line lost what the modem answered to a read'));
    } else if (this.handedOver === undefined) {
      // Its block may still come: it must not be taken for that of the next read.
      this.context.executor.doubt();
      this.damaged('bytes');
    } else if (this.handedOver === 0) {
      this.emptied(heardBefore);
    }
  }

  /** The modem had nothing for this link. What it has announced since came behind that, and is announced once. */
  private emptied(heardBefore: number): void {
    if (this.phase !== 'draining') {
      if (this.noticesHeard === heardBefore) this.announced.next(0);
    } else if (this.owed > 0) {
      this.finish();
    } else {
      this.over();
    }
  }

  /** Closed, and all has been read. Off the network that is not the peer's word, and no end of what it had to say. */
  private over(): void {
    if (this.isCutOff) this.fail(this.error('ENETDOWN', 'recv', networkLost));
    if (this.isMissing) this.fail(this.error('ECONNRESET', 'recv', 'it has ended, and how was not heard'));
    this.finish();
  }

  /** The modem does not have it, and has not said so: what it still holds is read, and its end is no clean one. */
  private vanish(): void {
    this.isMissing = true;
    this.closed();
  }

  private release(): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.context.free(this);
    this.end.complete();
  }

  private lossText(how: LossKind): string {
    const { loss, silence } = this.context.advice;
    if (how === 'bytes') return `the serial line lost bytes of a data block; ${loss}`;
    const advice = `the line fell silent in the middle of a data block; ${silence}`;
    // Where data are pushed the modem has been asked by now.
    return this.mayPush ? advice : `${advice}; or the modem has started again`;
  }

  private sendError(cause: unknown): unknown {
    if (cause instanceof OSError) return cause;
    if (this.failure) return this.failure;
    if (this.isOpen && isMissing(cause)) {
      const [code, end] = notSent(cause)
        ? (['ENOTCONN', 'the modem does not have it any more'] as const)
        : (['ECONNRESET', 'the connection ended under the send'] as const);
      return this.error(code, 'send', end, cause);
    }
    if (!this.isOpen) {
      if (this.isCutOff) return this.error('ENETDOWN', 'send', networkLost, cause);
      const end = notSent(cause) ? 'the peer has closed it' : 'the connection ended under the send';
      return this.error(notSent(cause) ? 'EPIPE' : 'ECONNRESET', 'send', end, cause);
    }
    // The connection goes on: nothing has been sent, or it is for the program to decide what that is worth.
    if (cause instanceof SendRefused) return this.error('EIO', 'send', 'the modem does not send now', cause);
    if (cause instanceof ResultLost) return this.error('ETIMEDOUT', 'send', 'the bytes may have gone', cause);
    const code = cause instanceof Unanswered ? 'ETIMEDOUT' : 'EIO';
    const error = this.error(code, 'send', 'the modem could not send', cause);
    // What has reached the peer is unknown: no byte more may follow.
    this.fail(error);
    return error;
  }

  private error(code: ErrorCode, syscall: string, what: string, cause?: unknown): OSError {
    const peer = `${this.remote.address}:${this.remote.port}`;
    const said = cause instanceof Error ? `; ${cause.message}` : '';
    return new OSError(code, syscall, `${syscall}: connection to ${peer}: ${what}${said}`, { cause });
  }
}

/** Whether the modem says that it does not have the link. */
function isMissing(cause: unknown): boolean {
  return (cause instanceof SendRefused || cause instanceof ResultLost) && cause.isThere === false;
}

function notSent(cause: unknown): boolean {
  return cause instanceof Refusal || cause instanceof LinkGone || cause instanceof SendRefused;
}

import { defer, EMPTY, type Observable } from 'rxjs';

import type { ErrorCode } from '../../usocket/contract/errno';
import type { CloseOptions, Endpoint, StreamLink, StreamSettings } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import type { Settlement } from '../executor/turn';
import type { Block } from '../grammar/frame';
import { Overflow } from './adaptive/overflow';
import { alongside } from './polling/alongside';
import { Incoming } from './incoming';
import type { LinkContext } from './linkContext';
import type { LinkDetails } from './linkDetails';
import { LinkLife, type Traffic } from './linkLife';
import { Outgoing, type OutgoingLink } from './outgoing';
import { PassiveReceive, type ReceivingLink } from './pulled/passiveReceive';
import { setNoDelay } from './settings';
import { connectionError, networkLost, sendFailureOf } from './streamErrors';

/**
 * The most bytes that are kept for a reader that has no room, until the modem holds its data back. It is told when the
 * command that it runs has ended, and a send or a connect may take more than a minute.
 */
const mostOverflow = 1_048_576;
const overflowing =
  `the peer sends faster than the program reads, and the modem was busy for too long to be told to hold it back; ` +
  `more than ${mostOverflow} bytes wait beside the receiveBuffer`;
const unheld =
  'the peer sends faster than the program reads, and no connection can be held back while a port for datagrams is open';

/** A connection of the modem, over one of its five links. */
export class ModemStreamLink implements StreamLink, Traffic, ReceivingLink, OutgoingLink {
  readonly kind = 'stream';
  readonly life: LinkLife;
  /** Whether it keeps the program running. */
  isReferenced = true;
  readonly bytes: PassiveReceive;

  private readonly incoming = new Incoming<Buffer>();
  private readonly outgoing: Outgoing;
  private overflow: Overflow | undefined;
  private receivedBytes = 0;

  constructor(
    readonly id: number,
    /** For the connection of a client, it is known a moment later. */
    public remote: Endpoint,
    private readonly context: LinkContext,
    /**
     * The notices of an encrypted link also count the encryption, so they announce more than can be read (esp-at issues
     * 655, 729).
     */
    public isEncrypted = false,
  ) {
    this.life = new LinkLife(id, this, context);
    this.bytes = new PassiveReceive(this, context);
    this.outgoing = new Outgoing(this, context);
  }

  get details(): LinkDetails {
    const { id, isEncrypted, life, remote, receivedBytes, outgoing, overflow, bytes, context } = this;
    return {
      id,
      kind: isEncrypted ? 'tls' : 'tcp',
      stage: life.stage,
      ...(remote.port > 0 && { remote }),
      received: receivedBytes,
      sent: outgoing.sent,
      queued: overflow?.length ?? 0,
      waiting: bytes.waiting,
      isHeld: bytes.isHeld || context.hold.isHolding,
    };
  }

  get mayPush(): boolean {
    return this.bytes.mayPush;
  }

  get mayNotice(): boolean {
    return this.bytes.way.mayNotice;
  }

  /** A client has connected. ESP-AT has been seen not to announce the data that came with the connection. */
  arrived(): void {
    // The number may have been reserved for an encrypted connection. The modem serves none.
    this.isEncrypted = false;
    this.life.opened();
    this.bytes.arrived();
    if (this.context.receiveMode.isTurningToPush && this.bytes.way.canPull) this.bytes.pushSoon();
  }

  received(block: Block): void {
    this.bytes.received(block);
  }

  deliver({ bytes }: Block): void {
    this.receivedBytes += bytes.length;
    if (bytes.length > 0) this.incoming.push(bytes);
  }

  drained(): void {
    if (this.bytes.missing > 0) this.life.finish();
    else this.over();
  }

  readError(what: string, cause?: unknown): OSError {
    return this.error('EIO', 'recv', what, cause);
  }

  /** AT 1.7 says `CLOSED` while data still wait. They are read until it has no more. */
  closed(): void {
    if (this.bytes.isPushed && !this.bytes.order.isHolding) {
      this.over();
    } else {
      this.life.drain();
      this.endSending();
      this.bytes.drain();
    }
  }

  ref(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
    this.context.updateNeed();
  }

  fail(error: OSError): void {
    this.incoming.fail(error);
    this.outgoing.fail(error);
  }

  /**
   * When the peer closes, AT 1.7 moves waiting data to its heap. It loses them when the heap is full or the number is
   * used again.
   */
  complete(): void {
    const { missing } = this.bytes;
    if (this.life.isDraining && (missing > 0 || this.bytes.way.mayMiss)) {
      const last = missing > 0 ? `its last ${missing} bytes` : 'what it had not announced';
      const what = `the peer has closed it, and the modem lost ${last}`;
      this.life.fail(this.error('ECONNRESET', 'recv', what));
    }
    this.incoming.complete();
    this.endSending();
  }

  receive(room$: Observable<number>): Observable<Uint8Array> {
    const { hold, polling } = this.context;
    if (this.bytes.way.mayChange) return this.receiveEitherWay(room$);
    return this.incoming.items$.pipe(
      hold.forReader(room$, () => this.bytes.isPushed),
      alongside(this.bytes.way.canPull ? this.bytes.reading(room$) : polling()),
    );
  }

  /** What is pushed before the modem can be told to hold it back does not count for the reader's queue. */
  private receiveEitherWay(room$: Observable<number>): Observable<Uint8Array> {
    const { hold, receiveMode, adaptive } = this.context;
    const isHeld = () => receiveMode.isForced && this.bytes.isPushed;
    const overflow = (this.overflow = new Overflow({
      room$,
      limit: () => (hold.isHeeded && isHeld() ? 0 : mostOverflow),
      full: () => this.error('ENOBUFS', 'recv', isHeld() ? unheld : overflowing),
    }));
    const asked$ = this.bytes.way.isAdaptive ? adaptive.watch(this.id, overflow.room$) : overflow.room$;
    return this.incoming.items$.pipe(
      hold.forReader(overflow.room$, isHeld),
      overflow.keep(),
      alongside(this.bytes.reading(asked$)),
    );
  }

  get maxSend(): number {
    return this.outgoing.maxSend;
  }

  get pieceSize(): number {
    return this.outgoing.pieceSize;
  }

  send(bytes: Uint8Array): Observable<void> {
    return this.outgoing.send(bytes);
  }

  get lost$(): Observable<unknown> {
    return this.incoming.end$;
  }

  sendError(cause: unknown): unknown {
    if (cause instanceof OSError) return cause;
    if (this.life.failure) return this.life.failure;
    const { code, what, endsConnection } = sendFailureOf(cause, this.life);
    const error = this.error(code, 'send', what, cause);
    if (endsConnection) this.life.fail(error);
    return error;
  }

  /** The modem has said what has become of a segment. */
  segmentEnded(segment: number, ok: boolean): void {
    this.outgoing.segmentEnded(segment, ok);
  }

  configure({ keepAlive, noDelay }: StreamSettings): Observable<never> {
    return defer(() => {
      if (keepAlive !== undefined) {
        const what = 'the modem takes SO_KEEPALIVE at the start only: set it before connect';
        throw this.error('ENOPROTOOPT', 'setsockopt', what);
      }
      return noDelay === undefined ? EMPTY : this.setNoDelay(noDelay);
    });
  }

  /** @param settled See {@link setNoDelay}. */
  setNoDelay(noDelay: boolean, settled?: (settlement: Settlement<unknown>) => void): Observable<never> {
    return setNoDelay(this.context, this.id, noDelay, settled);
  }

  close({ reset = false }: CloseOptions = {}): Observable<never> {
    return defer(() => this.life.close(reset, reset ? EMPTY : this.outgoing.drained$));
  }

  /**
   * The link is closed, and everything has been read. If the network is lost, the peer has not closed it, and data may
   * be missing.
   */
  private over(): void {
    if (this.life.isCutOff) this.life.fail(this.error('ENETDOWN', 'recv', networkLost));
    if (this.life.isMissing) this.life.fail(this.error('ECONNRESET', 'recv', 'it has ended, and how was not heard'));
    this.life.finish();
  }

  private endSending(): void {
    this.outgoing.end((cause) => {
      const { code, what } = sendFailureOf(cause, { isOpen: false, isCutOff: this.life.isCutOff });
      return this.error(code, 'send', what, cause);
    });
  }

  private error(code: ErrorCode, syscall: string, what: string, cause?: unknown): OSError {
    return connectionError(this.remote, code, syscall, what, cause);
  }
}

import { catchError, EMPTY, ignoreElements, type Observable, tap } from 'rxjs';

import type { OSError } from '../../usocket/contract/osError';
import { Refusal } from '../executor/answer';
import type { Block } from '../grammar/frame';
import { BlockOrder } from './adaptive/blockOrder';
import { type ReadEnd, readExchange } from './exchanges/readExchange';
import type { LinkContext } from './linkContext';
import type { ByteTraffic, LinkLife } from './linkLife';
import type { LossKind } from './loss';
import { pull } from './pull';
import { lossText } from './streamErrors';
import { WaitingBytes } from './waitingBytes';

/** A read of this many bytes or fewer is never refused because the modem lacks memory. */
const smallRead = 536;
const endOfAnswer = Buffer.from('\r\nOK\r\n');
const answerLost = 'the serial line lost what the modem answered to a read';

/** The link whose data are received. */
export interface ReceivingLink {
  readonly life: LinkLife;
  readonly isEncrypted: boolean;
  /** Takes the blocks in their order. */
  deliver(block: Block): void;
  /** Called when the modem has closed the link and all its data have been read. */
  drained(): void;
  /** Makes the error of a read that has failed. */
  readError(what: string, cause?: unknown): OSError;
}

/** The data of one stream that the modem holds back: the bytes that it has announced, and the reads that fetch them. */
export class PassiveReceive implements ByteTraffic {
  /**
   * How many bytes to ask the modem for. While the link is open, these are the bytes that wait, as far as the modem has
   * said. When it is closed, they are as many as one read gives. An encrypted link is read until the modem has no more.
   */
  private readonly announced = new WaitingBytes();
  /** The blocks, in order while the modem changes from pulled to pushed data. */
  readonly order: BlockOrder;
  /** Bytes that the modem has announced and not handed over. */
  private owed = 0;
  /** How many bytes the reader had room for when it last said so. */
  private room = 0;
  /** Bytes that the read in progress has brought; `undefined` until its block has come. */
  private handedOver: number | undefined;
  /** The block that the read in progress has brought, if it may have taken the end of the answer for its last bytes. */
  private doubtful: Block | undefined;
  /** How many bytes the read in progress asks for, and whether the line may have lost a part of its answer. */
  private asked = 0;
  private isInterrupted = false;
  /** The last read was refused although data were announced: what seemed to be the refusal may have been these data. */
  private isRefusalOdd = false;
  /** The most bytes of the next read, since a larger one was refused. Each read that brings data doubles it. */
  private mostRead = Infinity;
  /** Whether a link that has ended has been asked once more for what it has announced. */
  private isAskedAgain = false;
  /** Since the last change of the receive mode: whether data that were pushed before it, or notices, may still come. */
  private isLate = false;
  /** Whether data may wait that the modem has not announced, because it was pushing when they came. */
  private isUnsure = false;

  constructor(
    private readonly link: ReceivingLink,
    private readonly context: LinkContext,
  ) {
    this.order = new BlockOrder((block) => {
      link.deliver(block);
    });
  }

  /** Whether the modem pushes data now. */
  get isPushed(): boolean {
    return this.longestRead === 0;
  }

  /** Whether pushed data may come: now, or late ones from before a change of the receive mode. */
  get mayPush(): boolean {
    return this.isLate || this.context.receiveMode.mayPush(this.link.isEncrypted);
  }

  /** Whether the modem holds data back, except while there is a port for datagrams. */
  get canPull(): boolean {
    return this.context.receiveMode.canPull(this.link.isEncrypted);
  }

  /** Whether the driver chooses how the data come. */
  get isAdaptive(): boolean {
    return this.canPull && this.context.receiveMode.isAdaptive;
  }

  /** Whether the modem may announce data. A link whose data are pushed has no notices. */
  get mayNotice(): boolean {
    return (
      this.canPull && (this.isLate || this.context.receiveMode.way === 'pulled' || this.context.receiveMode.isForced)
    );
  }

  /** Whether nothing of the link waits in the modem, as far as it is known. */
  get isEmptied(): boolean {
    return this.announced.count === 0;
  }

  /** Whether NonOS may hold data of a link that has ended, and has not told how many. */
  get mayMiss(): boolean {
    return this.isUnsure && this.context.dialect()?.generation === 'nonos';
  }

  /** Bytes that wait in the modem, as far as it has announced them. */
  get waiting(): number {
    return this.announced.count;
  }

  /** Whether data wait in the modem because the reader has no room for them. */
  get isHeld(): boolean {
    return this.announced.count > 0 && this.room <= 0 && !this.isPushed;
  }

  /** Bytes that the modem has announced and not handed over, or that have come and may not be delivered yet. */
  get missing(): number {
    return this.owed + this.order.heldBytes;
  }

  /** The modem has handed a block over. */
  received(block: Block): void {
    const {
      pulled,
      bytes: { length },
    } = block;
    if (pulled && this.isInterrupted && this.isOwedMoreThan(length)) {
      this.failed(answerLost);
      return;
    }
    // What was pushed before a change of the mode may come during a read.
    if (pulled) this.handedOver = (this.handedOver ?? 0) + length;
    else if (this.isPushed) this.isLate = false;
    if (pulled && length > 0) this.mostRead *= 2;
    this.owed = Math.max(0, this.owed - length);
    if (pulled && this.link.life.isOpen && !this.link.isEncrypted) this.announced.taken(length);
    this.deliverDoubtful();
    if (pulled && mayHoldEnd(block)) this.doubtful = block;
    else this.order.take(block);
    if (this.order.missing > 0 && this.order.isFull) this.failed('too much has come after what the modem keeps');
  }

  /** A client has connected. Its data may come as they did before a change of the receive mode. */
  arrived(): void {
    this.isLate = this.isAdaptive;
    this.readOn();
  }

  /** The modem has closed the link. Its data are pulled, but they may have come while the modem was pushing. */
  drain(): void {
    this.isUnsure ||= this.isAdaptive && this.mayPush;
    this.readOn();
  }

  noticed(length: number): void {
    // A notice that comes late, for data that have been pushed since, says nothing.
    if (this.isPushed) return;
    this.owed = this.link.isEncrypted ? 0 : length;
    this.isUnsure = false;
    this.announced.noticed(length);
  }

  found(length: number): void {
    if (this.isPushed) return;
    this.announced.found(length);
  }

  pullAgain(): void {
    this.isLate = this.link.life.isOpen;
    this.isUnsure = this.isAdaptive;
    // Data that came while the modem was pushing may not have been announced.
    if (this.link.life.isOpen) this.readOn();
  }

  /** The modem is about to push the data of this link. Its notices may come late. */
  pushSoon(): void {
    this.isLate = true;
    this.order.hold();
  }

  /** The modem pushes, and nothing that waits in it comes before what it has pushed. */
  pushed(): void {
    this.owed = 0;
    if (this.order.missing > 0) this.orderLost(false);
    else this.order.release();
    this.readOn();
  }

  /**
   * The modem pulls again, and has kept this many bytes, which come before what it has pushed; `undefined` if it is not
   * certain. It is not for an encrypted link either, because the length counts the encryption.
   */
  pushedAfter(kept: number | undefined): void {
    const { missing } = this.order;
    // What came between two changes is behind what was held at the first one, and before what was held at the second.
    if (missing > 0 && kept !== missing) this.orderLost(false);
    else if (kept === 0 || this.order.heldBytes === 0) this.order.releaseAfter(this.link.isEncrypted ? 0 : (kept ?? 0));
    else if (kept === undefined || this.link.isEncrypted) this.orderLost(false);
    else this.order.releaseAfter(kept);
  }

  /** It will not be known what comes before the blocks that have been pushed. */
  orderLost(isEmptied: boolean): void {
    if (this.order.heldBytes > 0 || !isEmptied)
      this.failed('the order of its data was lost in a change of the receive mode');
    else this.order.release();
  }

  interrupted(): void {
    this.handedOver = this.doubtful = undefined;
    this.isInterrupted = true;
    if (this.isRefusalOdd) this.link.life.damaged('bytes');
  }

  lossError(how: LossKind): OSError {
    return this.link.readError(lossText(how, this.context.advice, this.mayPush));
  }

  /** Asks the modem for as many bytes as can wait, which may take several reads, whether or not it has announced any. */
  readOn(): void {
    this.announced.set(this.longestPull === 0 ? 0 : this.context.receiveMode.window);
  }

  /** Fetches the data that wait in the modem, as much at a time as the reader has room for. */
  reading(room$: Observable<number>): Observable<never> {
    return pull({
      waiting$: this.announced.count$,
      room$,
      sizeOf: (waiting, room) => {
        this.room = room;
        return Math.min(waiting, room, this.longestPull, this.mostRead, this.order.missing || Infinity);
      },
      read: (size) => this.read(size),
      // The line may have lost a notice, and ESP-AT prints no other one before the data are read.
      quiet$: this.context.polling$,
    });
  }

  /** The most bytes of one read; 0 while the modem pushes the data of this link. */
  private get longestRead(): number {
    return this.context.receiveMode.longestReadOf(this.link.isEncrypted);
  }

  private get longestPull(): number {
    const { life, isEncrypted } = this.link;
    return life.isDraining ? this.context.receiveMode.longestPullOf(isEncrypted) : this.longestRead;
  }

  private read(size: number): Observable<never> {
    const begun = () => {
      this.handedOver = this.doubtful = undefined;
      this.asked = size;
      this.isInterrupted = this.isRefusalOdd = false;
      this.announced.asked();
    };
    return this.context.executor.run(readExchange(this.link.life.id, size, begun)).pipe(
      tap({
        next: (end) => {
          this.ended(end);
        },
      }),
      ignoreElements(),
      catchError((error: unknown) => {
        if (error instanceof Refusal) this.refused(size);
        else this.failed('the modem did not hand its data over', error);
        return EMPTY;
      }),
    );
  }

  /** The header of the block may be lost. Later data must not be read as if nothing were missing. */
  private ended(end: ReadEnd): void {
    this.isLate &&= this.isPushed;
    if (end === 'complete') this.deliverDoubtful();
    if (end === 'lost' && (this.handedOver === undefined || this.doubtful)) {
      this.failed(answerLost);
    } else if (this.handedOver === undefined) {
      // The block may still come, and must not be taken for the block of the next read.
      this.context.executor.doubt();
      this.link.life.damaged('bytes');
    } else if (this.handedOver === 0) {
      this.emptied();
    }
  }

  /**
   * The modem refuses to hand over data that it has announced. ESP-AT does so when it lacks the memory for one read of them
   * all, and then announces nothing before a read has succeeded. Or the line has damaged the command, which would be the
   * end of a link that has ended.
   */
  private refused(size: number): void {
    const isOwed = this.owed > 0 && !this.isPushed && !this.link.isEncrypted;
    this.isRefusalOdd = isOwed;
    if (this.doubtful || (isOwed && this.isInterrupted)) this.failed(answerLost);
    else if (isOwed && this.link.life.isDraining && !this.isAskedAgain) this.isAskedAgain = true;
    else if (isOwed && this.link.life.isOpen && size > smallRead) this.mostRead = Math.max(smallRead, size >> 1);
    else this.emptied();
  }

  /** The modem had no data. A notice since then came after its answer, and comes only once. */
  private emptied(): void {
    this.isLate &&= this.isPushed;
    this.isUnsure = false;
    // While the modem pushes, it refuses each read. What it keeps is read when it holds data back again.
    const mayStillCome = this.isPushed && this.link.life.isOpen;
    if (this.order.missing > 0 && !mayStillCome) this.failed('the modem did not hand over what it kept');
    else if (this.link.life.isDraining) this.link.drained();
    else if (!this.announced.hasNews) this.announced.set(0);
  }

  /** Whether a block of that many bytes is shorter than it has to be. Then it may have been a part of the data. */
  private isOwedMoreThan(length: number): boolean {
    return length < Math.min(this.asked, this.owed) && this.link.life.isOpen && !this.link.isEncrypted;
  }

  private deliverDoubtful(): void {
    const block = this.doubtful;
    this.doubtful = undefined;
    if (block) this.order.take(block);
  }

  private failed(what: string, cause?: unknown): void {
    this.link.life.fail(this.link.readError(what, cause));
  }
}

/** Whether the line may have lost bytes of a block, so that the block ends with the end of the answer. */
function mayHoldEnd({ bytes }: Block): boolean {
  return bytes.at(-1) === 0x0a && endOfAnswer.equals(bytes.subarray(-endOfAnswer.length));
}

import { Observable } from 'rxjs';

import type { OSError } from '../../../usocket/contract/osError';
import { Refusal } from '../../executor/answer';
import { AnswerLost } from '../../executor/unanswered';
import type { Block } from '../../grammar/frame';
import { BlockOrder } from '../adaptive/blockOrder';
import { type InboundLink, LinkWay } from '../adaptive/linkWay';
import { readExchange } from '../exchanges/readExchange';
import type { LinkContext } from '../linkContext';
import type { ByteTraffic } from '../linkLife';
import type { LossKind } from '../loss';
import { lossText } from '../streamErrors';
import { pull } from './pull';
import { ReadAnswer, type ReadEnd } from './readAnswer';
import { WaitingBytes } from './waitingBytes';

/** A read of this many bytes or fewer is never refused because the modem lacks memory. */
const smallRead = 536;
const answerLost = 'the serial line lost what the modem answered to a read';

/** The link whose data come, and what it does with them. */
export interface ReceivingLink extends InboundLink {
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
  /** The way in which the data come. */
  readonly way: LinkWay;
  /** The blocks, in order while the modem changes from pulled to pushed data. */
  readonly order: BlockOrder;
  /** Bytes that the modem has announced and not handed over. */
  private owed = 0;
  /** How many bytes the reader had room for when it last said so. */
  private room = 0;
  /** The read in progress: what it has brought, and whether that is all. */
  private readonly answer: ReadAnswer;
  /** The most bytes of the next read, since a larger one was refused. Each read that brings data doubles it. */
  private mostRead = Infinity;
  /** Whether a link that has ended has been asked once more for what it has announced. */
  private isAskedAgain = false;

  constructor(
    private readonly link: ReceivingLink,
    private readonly context: LinkContext,
  ) {
    this.way = new LinkWay(link, context);
    this.order = new BlockOrder((block) => {
      link.deliver(block);
    });
    this.answer = new ReadAnswer((block) => {
      this.order.take(block);
    });
  }

  get isPushed(): boolean {
    return this.way.isPushed;
  }

  get mayPush(): boolean {
    return this.way.mayPush;
  }

  /** Whether nothing of the link waits in the modem, as far as it is known. */
  get isEmptied(): boolean {
    return this.announced.count === 0;
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
    const isCounted = this.link.life.isOpen && !this.link.isEncrypted;
    if (pulled && isCounted && this.answer.isTooShort(length, this.owed)) {
      this.failed(answerLost);
      return;
    }
    // What was pushed before a change of the mode may come during a read.
    if (!pulled) this.way.pushedCame();
    if (pulled && length > 0) this.mostRead *= 2;
    this.owed = Math.max(0, this.owed - length);
    if (pulled && isCounted) this.announced.taken(length);
    this.answer.took(block);
    if (this.order.missing > 0 && this.order.isFull) this.failed('too much has come after what the modem keeps');
  }

  /** A client has connected. Its data may come as they did before a change of the receive mode. */
  arrived(): void {
    this.way.clientCame();
    this.readOn();
  }

  /** The modem has closed the link. Its data are pulled, but they may have come while the modem was pushing. */
  drain(): void {
    this.way.linkEnded();
    this.readOn();
  }

  noticed(length: number): void {
    // A notice that comes late, for data that have been pushed since, says nothing.
    if (this.isPushed) return;
    this.owed = this.link.isEncrypted ? 0 : length;
    this.way.noticed();
    this.announced.noticed(length);
  }

  found(length: number): void {
    if (this.isPushed) return;
    this.announced.found(length);
  }

  pullAgain(): void {
    this.way.pullAgain();
    // Data that came while the modem was pushing may not have been announced.
    if (this.link.life.isOpen) this.readOn();
  }

  /** The modem is about to push the data of this link. Its notices may come late. */
  pushSoon(): void {
    this.way.pushSoon();
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
    if (!this.order.keptAhead(kept, !this.link.isEncrypted)) this.orderLost(false);
  }

  /** It will not be known what comes before the blocks that have been pushed. */
  orderLost(isEmptied: boolean): void {
    if (this.order.heldBytes > 0 || !isEmptied)
      this.failed('the order of its data was lost in a change of the receive mode');
    else this.order.release();
  }

  interrupted(): void {
    this.answer.interrupted();
    if (this.answer.mayBeData) this.link.life.damaged('bytes');
  }

  lossError(how: LossKind): OSError {
    return this.link.readError(lossText(how, this.context.advice, this.mayPush));
  }

  /** Asks the modem for as many bytes as can wait, which may take several reads, whether or not it has announced any. */
  readOn(): void {
    this.announced.set(this.way.longestPull === 0 ? 0 : this.context.receiveMode.window);
  }

  /** Fetches the data that wait in the modem, as much at a time as the reader has room for. */
  reading(room$: Observable<number>): Observable<never> {
    return pull({
      waiting$: this.announced.count$,
      room$,
      sizeOf: (waiting, room) => {
        this.room = room;
        return Math.min(waiting, room, this.way.longestPull, this.mostRead, this.order.missing || Infinity);
      },
      read: (size) => this.read(size),
      // The line may have lost a notice, and ESP-AT prints no other one before the data are read.
      polling: this.context.polling,
      clock: this.context.scheduler,
    });
  }

  private read(size: number): Observable<never> {
    const begun = () => {
      this.answer.begin(size);
      this.announced.asked();
    };
    const read$ = this.context.executor.run(readExchange(this.link.life.id, size, begun));
    // By hand, because each block passes here.
    return new Observable((subscriber) => {
      const complete = (): void => subscriber.complete();
      return read$.subscribe({
        next: () => this.ended('complete'),
        error: (error: unknown) => {
          if (error instanceof Refusal) this.refused(size);
          else if (error instanceof AnswerLost) this.ended('lost');
          else this.failed('the modem did not hand its data over', error);
          complete();
        },
        complete,
      });
    });
  }

  /** The header of the block may be lost. Later data must not be read as if nothing were missing. */
  private ended(end: ReadEnd): void {
    this.way.answered();
    const handedOver = this.answer.ended(end);
    if (handedOver === 'lost') {
      this.failed(answerLost);
    } else if (handedOver === undefined) {
      // The block may still come, and must not be taken for the block of the next read.
      this.context.executor.doubt();
      this.link.life.damaged('bytes');
    } else if (handedOver === 0) {
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
    if (!this.answer.refused(isOwed)) this.failed(answerLost);
    else if (isOwed && this.link.life.isDraining && !this.isAskedAgain) this.isAskedAgain = true;
    else if (isOwed && this.link.life.isOpen && size > smallRead) this.mostRead = Math.max(smallRead, size >> 1);
    else this.emptied();
  }

  /** The modem had no data. A notice since then came after its answer, and comes only once. */
  private emptied(): void {
    this.way.emptied();
    // While the modem pushes, it refuses each read. What it keeps is read when it holds data back again.
    const mayStillCome = this.isPushed && this.link.life.isOpen;
    if (this.order.missing > 0 && !mayStillCome) this.failed('the modem did not hand over what it kept');
    else if (this.link.life.isDraining) this.link.drained();
    else if (!this.announced.hasNews) this.announced.set(0);
  }

  private failed(what: string, cause?: unknown): void {
    this.link.life.fail(this.link.readError(what, cause));
  }
}

import { BehaviorSubject, catchError, defer, EMPTY, ignoreElements, type Observable, tap } from 'rxjs';

import type { OSError } from '../../usocket/contract/osError';
import { Refusal } from '../executor/answer';
import { type ReadEnd, readExchange } from './exchanges/readExchange';
import type { LinkContext } from './linkContext';
import type { ByteTraffic, LinkLife } from './linkLife';
import type { LossKind } from './loss';
import { pull } from './pull';
import { lossText } from './streamErrors';

export interface PassiveReceiveOptions {
  readonly life: LinkLife;
  readonly context: LinkContext;
  readonly isEncrypted: () => boolean;
  /** Called when the modem has closed the link and all its data have been read. */
  readonly drained: () => void;
  /** Makes the error of a read that has failed. */
  readonly error: (what: string, cause?: unknown) => OSError;
}

/** The data of one stream that the modem holds back: the bytes that it has announced, and the reads that fetch them. */
export class PassiveReceive implements ByteTraffic {
  /**
   * How many bytes to ask the modem for. While the link is open, these are the bytes that wait, as far as the modem has
   * said. When it is closed, they are as many as one read gives. An encrypted link is read until the modem has no more.
   */
  private readonly announced = new BehaviorSubject(0);
  /** Bytes that the modem has announced and not handed over. */
  private owed = 0;
  /** Bytes that the read in progress has brought; `undefined` until its block has come. */
  private handedOver: number | undefined;
  private noticesHeard = 0;

  constructor(private readonly options: PassiveReceiveOptions) {}

  /** Whether the modem pushes data now. */
  get isPushed(): boolean {
    return this.longestRead === 0;
  }

  /** Whether pushed data may come: now, or late ones from before a change of the receive mode. */
  get mayPush(): boolean {
    return this.context.receiveMode.mayPush(this.options.isEncrypted());
  }

  /** Whether the modem holds data back, except while there is a port for datagrams. */
  get canPull(): boolean {
    return this.context.receiveMode.canPull(this.options.isEncrypted());
  }

  /** Bytes that the modem has announced and not handed over. */
  get missing(): number {
    return this.owed;
  }

  /** The modem has handed over this many bytes. */
  received(length: number): void {
    this.handedOver = (this.handedOver ?? 0) + length;
    this.owed = Math.max(0, this.owed - length);
    if (this.options.life.isOpen && !this.options.isEncrypted()) {
      this.announced.next(Math.max(0, this.announced.value - length));
    }
  }

  noticed(length: number): void {
    // A notice that comes late, for data that have been pushed since, says nothing.
    if (this.isPushed) return;
    this.owed = this.options.isEncrypted() ? 0 : length;
    this.noticesHeard++;
    this.announced.next(length);
  }

  found(length: number): void {
    this.announced.next(Math.max(this.announced.value, length));
  }

  pullAgain(): void {
    // Data that came while the modem was pushing may not have been announced.
    if (this.options.life.isOpen) this.readOn();
  }

  interrupted(): void {
    this.handedOver = undefined;
  }

  lossError(how: LossKind): OSError {
    return this.options.error(lossText(how, this.context.advice, this.mayPush));
  }

  /** Asks the modem for data, whether or not it has announced any. */
  readOn(): void {
    this.announced.next(this.longestRead);
  }

  /** Fetches the data that wait in the modem, as much at a time as the reader has room for. */
  reading(room$: Observable<number>): Observable<never> {
    return pull({
      waiting$: this.announced,
      room$,
      sizeOf: (waiting, room) => Math.min(waiting, room, this.longestPull),
      read: (size) => this.read(size),
      // The line may have lost a notice, and ESP-AT prints no other one before the data are read.
      quiet$: this.context.polling$,
    });
  }

  private get context(): LinkContext {
    return this.options.context;
  }

  /** The most bytes of one read; 0 while the modem pushes the data of this link. */
  private get longestRead(): number {
    return this.context.receiveMode.longestReadOf(this.options.isEncrypted());
  }

  private get longestPull(): number {
    const { life, isEncrypted } = this.options;
    return life.isDraining ? this.context.receiveMode.longestPullOf(isEncrypted()) : this.longestRead;
  }

  private read(size: number): Observable<never> {
    let heardBefore = 0;
    return defer(() => {
      this.handedOver = undefined;
      heardBefore = this.noticesHeard;
      return this.context.executor.run(readExchange(this.options.life.id, size));
    }).pipe(
      tap({
        next: (end) => {
          this.ended(heardBefore, end);
        },
      }),
      ignoreElements(),
      catchError((error: unknown) => {
        if (error instanceof Refusal) this.emptied(heardBefore);
        else this.failed('the modem did not hand its data over', error);
        return EMPTY;
      }),
    );
  }

  /** The header of the block may be lost. Later data must not be read as if nothing were missing. */
  private ended(heardBefore: number, end: ReadEnd): void {
    if (this.handedOver === undefined && end === 'lost') {
      this.failed('the serial line lost what the modem answered to a read');
    } else if (this.handedOver === undefined) {
      // The block may still come, and must not be taken for the block of the next read.
      this.context.executor.doubt();
      this.options.life.damaged('bytes');
    } else if (this.handedOver === 0) {
      this.emptied(heardBefore);
    }
  }

  /** The modem had no data. A notice since then came after its answer, and comes only once. */
  private emptied(heardBefore: number): void {
    if (this.options.life.isDraining) this.options.drained();
    else if (this.noticesHeard === heardBefore) this.announced.next(0);
  }

  private failed(what: string, cause?: unknown): void {
    this.options.life.fail(this.options.error(what, cause));
  }
}

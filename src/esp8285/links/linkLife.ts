import { AsyncSubject, EMPTY, type Observable, type SchedulerLike, takeUntil } from 'rxjs';

import type { OSError } from '../../usocket/contract/osError';
import type { Block } from '../grammar/frame';
import type { LinkDetails } from './linkDetails';
import type { LossKind } from './loss';

/** The data of a link, as its life sees them. */
export interface Traffic {
  /** Takes a block that the modem has handed over. */
  received(block: Block): void;
  /** The modem has closed the link, which had not failed. */
  closed(): void;
  /** No more data come, because of this error. */
  fail(error: OSError): void;
  /** No more data come: the link has ended in order. */
  complete(): void;
  /**
   * Present for a stream, in which every byte counts. Datagrams do not have it, because each is received whole or not
   * at all.
   */
  readonly bytes?: ByteTraffic;
}

/** What the life of a link tells the traffic of a stream, in which every byte counts. */
export interface ByteTraffic {
  /** Whether the modem pushes data now. */
  readonly isPushed: boolean;
  readonly mayPush: boolean;
  /** The modem has announced how many bytes wait. */
  noticed(length: number): void;
  /** A poll has found this many waiting bytes. With TLS the modem can hand over fewer. */
  found(length: number): void;
  /** From now on, the modem holds data back again. */
  pullAgain(): void;
  /** The line may have lost a part of the block that is being read. */
  interrupted(): void;
  /** Makes the error of a link that has lost data. */
  lossError(how: LossKind): OSError;
}

/**
 * Milliseconds for which a modem that is back on its network may still list a link that the loss has ended, before it says
 * `CLOSED`.
 */
export const lateListing = 2_000;

/** What the life of a link needs of the table of links. */
export interface LifeContext {
  readonly scheduler: Pick<SchedulerLike, 'now'>;
  /** Whether the modem is on a network, with an address. */
  readonly hasAddress: () => boolean;
  /** Emits when the caller of a close has waited long enough: a modem that is busy closes the link later. */
  readonly patience$: Observable<unknown>;
  /** The link's number may be given to another link. */
  readonly free: (life: LinkLife) => void;
  /** After `before$`, closes the link or resets the connection in the background, and calls {@link LinkLife.finish}. */
  readonly discard: (life: LinkLife, reset?: boolean, before$?: Observable<never>) => void;
  /** Brings the modem to the receive mode that the remaining links need, in the background. */
  readonly adjustMode: () => void;
}

/**
 * - `opening`: the link has a number, and may not have been asked for yet.
 * - `draining`: the modem has closed the link, and still holds data of it.
 * - `failed`: failed for its owner, and still open in the modem.
 * - `over`: the modem knows nothing of the link.
 */
type Phase = 'opening' | 'open' | 'draining' | 'failed' | 'over';

/**
 * One life of a link number, from `AT+CIPSTART` to `CLOSED`. The number is used again for another link, but this object
 * is not. A message about a number goes to the life that has the number at that time.
 */
export class LinkLife {
  /** Milliseconds that the modem took over a start that failed. */
  tookToStart = 0;

  private phase: Phase = 'opening';
  private begun = false;
  private wasRefused = false;
  private wasOpened = false;
  private lastError: OSError | undefined;
  /** Data may be missing. Later data are dropped until it is known what has happened. */
  private doubted: LossKind | undefined;
  private hasBegunOnNetwork = false;
  /** It was opened while the modem was on a network. Otherwise it goes over the modem's own network. */
  private isOverNetwork = false;
  private cut = false;
  /** Since when polls have found the link on the network, after it was cut off. */
  private listedSince: number | undefined;
  private vanished = false;
  private readonly end = new AsyncSubject<never>();

  constructor(
    /** 0 to 4. */
    readonly id: number,
    private readonly traffic: Traffic,
    private readonly context: LifeContext,
  ) {}

  /** The modem has been asked to open the link. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Whether a `CONNECT` with the number may be the link's own. */
  get mayConnect(): boolean {
    return this.begun && !this.wasRefused && !this.isGone;
  }

  /** Whether the link has ever been open. */
  get hasOpened(): boolean {
    return this.wasOpened;
  }

  get isOpen(): boolean {
    return this.phase === 'open';
  }

  /** For people: how far the life has come. */
  get stage(): LinkDetails['stage'] {
    return this.phase === 'opening' || this.phase === 'open' ? this.phase : 'ended';
  }

  get isDraining(): boolean {
    return this.phase === 'draining';
  }

  /** Whether the modem has said that the link has ended. Its number may belong to another link by now. */
  get isGone(): boolean {
    return this.isDraining || this.isOver;
  }

  /** Whether the modem knows nothing of the link any more. */
  get isOver(): boolean {
    return this.phase === 'over';
  }

  /** The error with which the link has failed. */
  get failure(): OSError | undefined {
    return this.lastError;
  }

  /** Whether the network is lost, or has just come back, so that it may have ended the link. */
  get isCutOff(): boolean {
    return this.cut;
  }

  /** Whether the modem has lost the link without a `CLOSED`, so that it is unknown how the link has ended. */
  get isMissing(): boolean {
    return this.vanished;
  }

  /** The modem is asked to open the link. */
  begin(): void {
    this.begun = true;
    this.hasBegunOnNetwork = this.context.hasAddress();
  }

  /** The modem has refused to open the link. From now on, a `CONNECT` with its number belongs to another link. */
  refused(): void {
    this.wasRefused = !this.hasOpened;
  }

  /** The modem said `CONNECT`. */
  opened(): void {
    this.wasOpened = true;
    if (this.phase !== 'opening') return;
    this.phase = 'open';
    const hasAddress = this.context.hasAddress();
    // The network may have been lost while the modem opened the link.
    this.cut = this.hasBegunOnNetwork && !hasAddress;
    this.isOverNetwork = this.cut || hasAddress;
  }

  /** The modem handed data over. */
  received(block: Block): void {
    if (!block.pulled) this.heard();
    if (!this.doubted) this.traffic.received(block);
  }

  /** The modem said how many bytes wait. */
  noticed(length: number): void {
    this.heard();
    this.traffic.bytes?.noticed(length);
  }

  /** A poll has found the link, and this many bytes that wait for it. */
  found(length: number): void {
    if (!this.isOpen) return;
    if (this.cut && this.context.hasAddress()) {
      const now = this.context.scheduler.now();
      this.listedSince ??= now;
      this.cut = now - this.listedSince < lateListing;
    }
    this.traffic.bytes?.found(length);
  }

  /** A poll has not found the link. */
  notFound(): void {
    if (!this.isOpen) return;
    // Data that were pushed may have been lost together with the `CLOSED`.
    if (this.traffic.bytes?.isPushed && !this.cut) this.damaged('bytes');
    else this.vanish();
  }

  /**
   * The modem does not have the link any more, and its `CLOSED` was lost. Data that the modem still holds are read, but
   * the end is a failure.
   */
  vanish(): void {
    this.vanished = true;
    this.closed();
  }

  /** The line may have lost data of this link: pushed data, or the rest of the block that is being read. */
  doubt(how: LossKind): void {
    const { bytes } = this.traffic;
    if (!bytes) return;
    if (!bytes.mayPush) bytes.interrupted();
    else if (this.isOpen) this.doubted ??= how;
  }

  /** The modem has not started again, so the line has lost the data. */
  confirmDoubt(): void {
    if (this.doubted) this.damaged(this.doubted);
  }

  /** The line has lost data of this link. */
  damaged(how: LossKind): void {
    const { bytes } = this.traffic;
    if (bytes) this.fail(bytes.lossError(how));
  }

  /** From now on, the modem holds data back again. */
  pullAgain(): void {
    this.traffic.bytes?.pullAgain();
  }

  /** The network is lost, and perhaps the link with it: {@link found} tells when the network is back. */
  cutOff(): void {
    this.cut = this.isOverNetwork;
    this.listedSince = undefined;
  }

  /** The network is lost for longer than a link lives without it. */
  giveUp(error: OSError): void {
    // A port for datagrams has no peer on the modem's own network: it depends on the network in any case.
    if (this.cut || (this.isOpen && !this.traffic.bytes)) this.fail(error);
  }

  /** The modem said `CLOSED`. */
  closed(): void {
    if (this.phase === 'failed') {
      this.release();
      this.context.adjustMode();
    }
    if (this.phase !== 'open') return;
    if (this.doubted) {
      this.damaged(this.doubted);
      this.release();
    } else {
      this.traffic.closed();
    }
  }

  /** The modem has closed the link, and the data that it still holds will be read. */
  drain(): void {
    if (this.phase === 'open') this.phase = 'draining';
  }

  /** The link fails for its owner. The modem still has it until the owner closes it. */
  fail(error: OSError): void {
    if (this.phase === 'over' || this.phase === 'failed') return;
    this.phase = 'failed';
    this.lastError = error;
    this.traffic.fail(error);
  }

  /** The link has ended with a failure, because the modem has started again or is gone. */
  lost(error: OSError): void {
    this.fail(error);
    this.release();
  }

  /** The modem has closed the link, or has failed to do so. */
  finish(): void {
    this.traffic.complete();
    this.release();
  }

  /**
   * Closes the link, and completes when its number is free, or when that takes too long.
   *
   * @param before$ What is done before the modem is asked to close it.
   */
  close(reset = false, before$: Observable<never> = EMPTY): Observable<never> {
    if (this.phase === 'open' || this.phase === 'failed') this.context.discard(this, reset, before$);
    else this.finish();
    return this.end.pipe(takeUntil(this.context.patience$));
  }

  /** Data have come from the peer. When the network is back, they show that the link has survived. */
  private heard(): void {
    if (this.listedSince !== undefined) this.cut = false;
  }

  private release(): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.context.free(this);
    this.end.complete();
  }
}

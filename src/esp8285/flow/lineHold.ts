import { BehaviorSubject, identity, type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';

import type { Uart } from '../../streams';
import { yieldToInput } from '../../streams/internal';
import { LineClock } from './lineClock';
import { paceToRoom } from './paceToRoom';
import { passUnless } from './passUnless';

export interface LineHoldOptions {
  /** The most milliseconds that the line is held for a reader that takes nothing. */
  readonly longestHold: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Flow control of the line, for data that the modem pushes. While a reader has no room for them, no bytes are taken off
 * the line, so that the modem waits, and the peer with it. All other readers wait, too. So a reader that takes nothing
 * for too long receives the data anyway, and its queue overflows.
 */
export class LineHold {
  /** Stands still while the line is held, because the modem's answers wait, too. */
  readonly clock: LineClock;
  /** Whether the modem waits when the line is held. */
  isHeeded = false;

  private readonly held = new BehaviorSubject(false);
  private holders = 0;
  private readonly holding$ = new Observable<never>(() => {
    if (this.holders++ === 0) this.hold();
    return () => {
      if (--this.holders === 0) this.release();
    };
  });

  constructor(
    private readonly uart: Uart,
    private readonly options: LineHoldOptions,
  ) {
    this.clock = new LineClock(yieldToInput(options.scheduler));
  }

  /** Whether the line is held now. */
  get isHolding(): boolean {
    return this.held.value;
  }

  /** Passes the bytes of the line on while it is not held. */
  gate(): MonoTypeOperatorFunction<Uint8Array> {
    return passUnless(this.held);
  }

  /**
   * Passes data on to a reader, and holds the line while the reader has no room for all of them.
   *
   * @param isPushed Whether the data are pushed. For data that were requested, there is room.
   */
  forReader(room$: Observable<number>, isPushed: () => boolean): MonoTypeOperatorFunction<Buffer> {
    if (!this.isHeeded) return identity;
    const { longestHold, scheduler } = this.options;
    return paceToRoom({ room$, isPushed, waiting$: this.holding$, patience: longestHold, scheduler });
  }

  private hold(): void {
    this.clock.stop();
    this.held.next(true);
    this.uart.hold?.(true);
  }

  private release(): void {
    this.clock.go();
    // Before the bytes that wait here go on, because they may hold the line again, and because bytes that the line
    // delivers at once belong after them.
    this.uart.hold?.(false);
    this.held.next(false);
  }
}

import type { SchedulerLike } from 'rxjs';

import { Countdown, SharedTimer } from './countdown';

/** How a silence is distinguished from a slow line. */
export interface SilenceOptions {
  /** After this many milliseconds without a byte, an unfinished message counts as cut off. */
  readonly longestPause: number;
  /** How many milliseconds the line collects bytes; see `Uart.collectsFor`. Default: as long as any adapter. */
  readonly collectsFor?: number | undefined;
  readonly scheduler: SchedulerLike;
}

/** What a silence means to the one who listens. */
export interface SilenceListener {
  /** Whether a silence now would mean something. Asked when bytes have come, and before each call below. */
  readonly isUnfinished: boolean;
  /** Whether a moment of silence would mean something. Asked when bytes have come; if not, no moment is measured. */
  readonly maySettle: boolean;
  /** Nothing has come for a moment. */
  settle(): void;
  /** Nothing has come for the longest pause. */
  giveUp(): void;
}

/** USB adapters collect bytes for at most this many milliseconds, if nothing else is known. */
const longestCollecting = 16;
/**
 * The rest of a message comes within this many milliseconds, and those for which the line collects bytes. A byte takes 1 ms
 * at 9600 baud.
 */
const reserve = 4;
/**
 * The moment in which the rest of a message comes, and then the rest of the longest pause, are each measured in this many
 * parts, because bytes may wait while the program is busy: between two parts, the event loop reads them.
 */
const parts = 4;

/**
 * Measures silences with one countdown, which runs only while a silence would mean something.
 *
 *     heard()    a--b--------------------------
 *     parts      --------x----x----x----x         (four, counted from b)
 *     settle()   -----------------------s
 */
export class Silence {
  private readonly countdown: Countdown;
  /** The number of parts that are over since the last bytes. */
  private passed = 0;
  /** Whether the moment after the last bytes is measured. Its timers come so often that a download would feel them. */
  private hasMoment = true;

  constructor(
    private readonly options: SilenceOptions,
    private readonly listener: SilenceListener,
  ) {
    this.countdown = new Countdown(new SharedTimer(options.scheduler), () => this.pass());
  }

  /** Bytes have come. */
  heard(): void {
    this.hasMoment = this.listener.maySettle;
    this.passed = this.hasMoment ? 0 : parts;
    this.goOn();
  }

  stop(): void {
    this.countdown.stop();
  }

  /** The length of the part that is measured, in milliseconds. Those of the moment are whole ones, as timers are. */
  private get part(): number {
    const { collectsFor = longestCollecting, longestPause } = this.options;
    const ofMoment = this.hasMoment ? Math.ceil((collectsFor + reserve) / parts) : 0;
    return this.passed < parts ? ofMoment : longestPause / parts - ofMoment;
  }

  private goOn(): void {
    if (!this.listener.isUnfinished) this.stop();
    else if (this.passed < 2 * parts) this.countdown.restart(this.part);
  }

  private pass(): void {
    if (!this.listener.isUnfinished) return;
    this.passed++;
    if (this.passed === parts) this.listener.settle();
    else if (this.passed === 2 * parts) this.listener.giveUp();
    this.goOn();
  }
}

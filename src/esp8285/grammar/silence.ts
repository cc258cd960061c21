import type { SchedulerLike, Subscription } from 'rxjs';

/** How a silence is distinguished from a slow line. */
export interface SilenceOptions {
  /** After this many milliseconds without a byte, an unfinished message counts as cut off. */
  readonly longestPause: number;
  readonly scheduler: SchedulerLike;
}

/** What a silence means to the one who listens. */
export interface SilenceListener {
  /** Whether a silence now would mean something. Asked when bytes have come, and before each call below. */
  readonly isUnfinished: boolean;
  /** Nothing has come for a moment. */
  settle(): void;
  /** Nothing has come for the longest pause. */
  giveUp(): void;
}

/**
 * The rest of a message comes within this many milliseconds. A byte takes 1 ms at 9600 baud, and USB adapters collect
 * bytes for up to 16 ms.
 */
const moment = 20;
/**
 * The moment, and then the rest of the longest pause, are each measured in this many parts, because bytes may wait while
 * the program is busy: between two parts, the event loop reads them.
 */
const parts = 4;

/**
 * Measures silences with one timer, which runs only while a silence would mean something. While it runs, bytes
 * that come do not touch it. When it fires, it finds out how long ago they came, and waits for the rest.
 *
 *     heard()    a--b--------------------------
 *     timer      -----x--x----x----x----x         (after b, four parts)
 *     settle()   -----------------------s
 */
export class Silence {
  private timer: Subscription | undefined;
  /** When the last bytes came, or the last part was over. */
  private since = 0;
  /** The number of parts that are over since the last bytes. */
  private passed = 0;

  constructor(
    private readonly options: SilenceOptions,
    private readonly listener: SilenceListener,
  ) {}

  /** Bytes have come. */
  heard(): void {
    // After a moment of silence, the timer is due too late.
    if (this.passed >= parts || !this.listener.isUnfinished) this.stop();
    this.passed = 0;
    this.since = this.options.scheduler.now();
    this.goOn();
  }

  stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  /** The length of the part that is measured, in milliseconds. */
  private get part(): number {
    return (this.passed < parts ? moment : this.options.longestPause - moment) / parts;
  }

  private goOn(): void {
    if (this.timer === undefined && this.passed < 2 * parts && this.listener.isUnfinished) this.wait(this.part);
  }

  private wait(milliseconds: number): void {
    this.timer = this.options.scheduler.schedule(() => {
      this.timer = undefined;
      if (this.listener.isUnfinished) this.due();
    }, milliseconds);
  }

  private due(): void {
    const now = this.options.scheduler.now();
    // The machine's clock may have been set back.
    this.since = Math.min(this.since, now);
    const missing = this.since + this.part - now;
    // Timers of Node.js may fire within the millisecond before they are due.
    if (missing >= 1) {
      this.wait(missing);
      return;
    }
    this.since = now;
    this.passed++;
    if (this.passed === parts) this.listener.settle();
    else if (this.passed === 2 * parts) this.listener.giveUp();
    this.goOn();
  }
}

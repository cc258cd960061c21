import type { SchedulerLike, Subscription } from 'rxjs';

import type { FaultState } from '../simulation/faultState';
import type { Random } from '../simulation/random';
import type { PacedLine } from './pacedLine';

/** A text or bytes that the modem prints in one piece. Text has one byte per character (latin1). */
export type Print = string | Buffer;

/** How long an unsolicited message may be kept for an awkward place, in milliseconds. */
const keep = 20;
/**
 * Between commands, at most one message in this many milliseconds is kept. Otherwise the host would see a slow modem.
 */
const keepInterval = 1000;

/**
 * The output of the modem. Answers are printed at once. Unsolicited messages are, too, or at random they are kept for
 * the next place in the middle of an answer or an echo, because real firmware may print them there. Their order never
 * changes.
 */
export class Output {
  /** Whether a command is running, so that an awkward place is near. */
  answering = false;
  /** Whether nothing is printed. */
  muted = false;

  private readonly kept: Buffer[] = [];
  private keptBytes = 0;
  private lastKept = -Infinity;
  private timer: Subscription | undefined;

  constructor(
    private readonly line: PacedLine,
    private readonly random: Random,
    /** The probability that a message is kept. It is read for each message, because it may change. */
    private readonly chances: { readonly interleave: number },
    private readonly scheduler: SchedulerLike,
    private readonly faults: FaultState,
    /** Called when a fault has cut a print short. Nothing is printed after it. */
    private readonly cutShort: () => void,
  ) {}

  /** Printed bytes that have not left the modem. */
  get backlog(): number {
    return this.line.backlog + this.keptBytes;
  }

  print(print: Print): void {
    if (print.length > 0) this.push(bytesOf(print));
  }

  unsolicited(print: Print): void {
    if (this.muted || (typeof print === 'string' && this.faults.swallows(print))) return;
    if (this.kept.length === 0 && !this.mayKeep()) {
      this.push(bytesOf(print));
      return;
    }
    const bytes = bytesOf(print);
    this.kept.push(bytes);
    this.keptBytes += bytes.length;
    this.timer ??= this.scheduler.schedule(() => this.flush(), keep);
  }

  /** Marks a place where a message that was kept may be printed. */
  interleave(): void {
    if (this.kept.length > 0 && this.random.chance(0.7)) this.flush();
  }

  /** Prints the kept messages, before a text that must not overtake them. */
  flush(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    // One by one, because a text that is printed while the line takes one message must come after all of them.
    for (let bytes = this.kept.shift(); bytes !== undefined; bytes = this.kept.shift()) {
      this.keptBytes -= bytes.length;
      this.push(bytes);
    }
  }

  /** Drops the kept messages. */
  clear(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    this.kept.length = 0;
    this.keptBytes = 0;
    this.answering = false;
  }

  private push(bytes: Buffer): void {
    if (this.muted) return;
    const beginning = this.faults.cut(bytes);
    this.line.push(beginning ?? bytes);
    if (beginning === undefined) return;
    this.muted = true;
    this.cutShort();
  }

  private mayKeep(): boolean {
    const { interleave } = this.chances;
    if (interleave === 0) return false;
    const now = this.scheduler.now();
    if (!this.answering && now - this.lastKept < keepInterval) return false;
    if (!this.random.chance(interleave)) return false;
    this.lastKept = now;
    return true;
  }
}

function bytesOf(print: Print): Buffer {
  return typeof print === 'string' ? Buffer.from(print, 'latin1') : print;
}

import type { SchedulerLike, Subscription } from 'rxjs';

import type { FaultState } from '../simulation/faults';
import type { Lane } from './pacedLine';
import type { Random } from '../simulation/random';

/** Something that the modem prints in one go: nothing else ever comes inside it. Text is one byte per character. */
export type Print = string | Buffer;

/** How long an unsolicited message may be kept for an awkward place, in ms. */
const keep = 20;
/** While nothing is going on, at most one message in so many ms is kept: the host must not see a slow modem. */
const keepInterval = 1000;

/**
 * The modem's printer. Answers go straight out; unsolicited messages do too, or they are kept, as chance has it, until
 * the next place in the middle of an answer or an echo, where the firmware may put them. Their order never changes.
 */
export class Output {
  /** Whether a command is running, so that an awkward place is near. */
  answering = false;
  /** Nothing gets out. */
  muted = false;

  private readonly kept: Buffer[] = [];
  private keptBytes = 0;
  private lastKept = -Infinity;
  private timer: Subscription | undefined;

  constructor(
    private readonly lane: Lane,
    private readonly random: Random,
    private readonly interleave: number,
    private readonly scheduler: SchedulerLike,
    private readonly faults: FaultState,
    /** A print was cut short, and nothing comes behind it. */
    private readonly cutShort: () => void,
  ) {}

  /** Bytes printed that have not left the modem. */
  get backlog(): number {
    return this.lane.backlog + this.keptBytes;
  }

  print(print: Print): void {
    if (print.length > 0) this.push(bytesOf(print));
  }

  unsolicited(print: Print): void {
    if (this.muted || (typeof print === 'string' && this.faults.swallows(print))) return;
    if (this.kept.length === 0 && !this.shallKeep()) {
      this.push(bytesOf(print));
      return;
    }
    const bytes = bytesOf(print);
    this.kept.push(bytes);
    this.keptBytes += bytes.length;
    this.timer ??= this.scheduler.schedule(() => this.flush(), keep);
  }

  /** A place where an unsolicited message may stand. */
  spot(): void {
    if (this.kept.length > 0 && this.random.chance(0.7)) this.flush();
  }

  /** Prints what was kept: before anything that must not come ahead of it. */
  flush(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    // One by one: what is printed while the line takes one must queue up behind the others.
    for (let bytes = this.kept.shift(); bytes !== undefined; bytes = this.kept.shift()) {
      this.keptBytes -= bytes.length;
      this.push(bytes);
    }
  }

  /** Forgets what was kept. */
  clear(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    this.kept.length = 0;
    this.keptBytes = 0;
    this.answering = false;
  }

  private push(bytes: Buffer): void {
    if (this.muted) return;
    const start = this.faults.cut(bytes);
    this.lane.push(start ?? bytes);
    if (start === undefined) return;
    this.muted = true;
    this.cutShort();
  }

  private shallKeep(): boolean {
    if (this.interleave === 0) return false;
    const now = this.scheduler.now();
    if (!this.answering && now - this.lastKept < keepInterval) return false;
    if (!this.random.chance(this.interleave)) return false;
    this.lastKept = now;
    return true;
  }
}

function bytesOf(print: Print): Buffer {
  return typeof print === 'string' ? Buffer.from(print, 'latin1') : print;
}

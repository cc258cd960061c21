import type { SchedulerLike } from 'rxjs';

/** The most milliseconds between two reads of a line. Adapters collect bytes for longer than that. */
const longestWait = 8;
/** The most bytes that are left to collect in the buffer of the operating system, which has room for 4096 on Linux. */
const mostCollected = 1024;
/** Milliseconds that a timer may be late. */
const lateness = 1;
/** The fewest milliseconds between two reads that show how fast the bytes come, and how many of these count together. */
const measurable = 4;
const averaged = 4;

/**
 * How long to wait before the next read of a line. Each read wakes the program, and a few bytes of a block are of no use
 * to anybody. So while more bytes are certainly under way, they are left to collect for some milliseconds: no longer
 * than the line takes for all that is expected, and not so many that a busy program could lose them.
 */
export class ReadWait {
  private expected = 0;
  private readAt = -Infinity;
  /** When the last of the expected bytes is there, by the most punctual of the reads. */
  private dueAt = -Infinity;
  /** Bytes per millisecond: by the baud rate, and as they have come. */
  private nominal = 0;
  private measured = 0;

  constructor(
    baudRate: number,
    private readonly scheduler: SchedulerLike,
  ) {
    this.setBaudRate(baudRate);
  }

  /** The speed of the line from now on, in bits per second. What was expected has come with the old one, or is lost. */
  setBaudRate(baudRate: number): void {
    this.nominal = baudRate / 10_000;
    this.measured = 0;
    this.expected = 0;
    this.dueAt = -Infinity;
  }

  /** This many bytes are under way now; 0 when that is not known. */
  expect(bytes: number): void {
    if (bytes === this.expected) return;
    this.expected = bytes;
    this.dueAt = this.readAt + bytes / this.speed;
  }

  /** This many bytes have been read. */
  took(bytes: number): void {
    const now = this.scheduler.now();
    const elapsed = now - this.readAt;
    if (this.expected > 0 && elapsed >= measurable)
      this.measured += (bytes / (elapsed + lateness) - this.measured) / averaged;
    this.expected = Math.max(0, this.expected - bytes);
    this.readAt = now;
    this.dueAt = Math.min(this.dueAt, now + this.expected / this.speed);
  }

  /** Whole milliseconds from now; 0 or fewer to read what comes at once. */
  get milliseconds(): number {
    // Counted from the last read: what a busy program does in the meantime is part of the wait.
    const latest = this.readAt + Math.min(longestWait, mostCollected / this.speed);
    return Math.floor(Math.min(latest, this.dueAt - lateness) - this.scheduler.now());
  }

  /** Some ports are faster than their baud rate says, such as a pseudo-terminal, which has none. */
  private get speed(): number {
    return Math.max(this.nominal, this.measured);
  }
}

import type { SchedulerLike } from 'rxjs';

/** The most milliseconds between two reads of a line. Adapters collect bytes for longer than that. */
const longestWait = 8;
/** The most bytes that are left to collect in the buffer of the operating system, which has room for 4096 on Linux. */
const mostCollected = 1024;
/** Milliseconds that a timer may be late. */
const lateness = 1;
/** The fewest milliseconds between two reads that tell how fast the bytes come. */
const measurable = 4;

/**
 * How long to wait before the next read of a line. Each read wakes the program, and a few bytes of a block are of no use
 * to anybody. So while more bytes are certainly under way, they are left to collect for some milliseconds: no longer
 * than the line takes for all that is expected, and not so many that a busy program could lose them.
 */
export class ReadWait {
  private expected = 0;
  private readAt = -Infinity;
  private bytesPerMillisecond = 0;

  constructor(
    baudRate: number,
    private readonly scheduler: SchedulerLike,
  ) {
    this.setBaudRate(baudRate);
  }

  /** Bits per second. */
  setBaudRate(baudRate: number): void {
    this.bytesPerMillisecond = baudRate / 10_000;
  }

  /** So many bytes are under way now; 0 when that is not known. */
  expect(bytes: number): void {
    this.expected = bytes;
  }

  /** So many bytes have been read. */
  took(bytes: number): void {
    this.expected = Math.max(0, this.expected - bytes);
    const now = this.scheduler.now();
    const elapsed = now - this.readAt;
    // Some ports are faster than their baud rate says, such as a pseudo-terminal, which has none.
    if (elapsed >= measurable)
      this.bytesPerMillisecond = Math.max(this.bytesPerMillisecond, bytes / (elapsed + lateness));
    this.readAt = now;
  }

  /** Whole milliseconds from now; 0 or fewer to read what comes at once. */
  get milliseconds(): number {
    const untilEnd = this.expected / this.bytesPerMillisecond - lateness;
    const wait = Math.min(longestWait, mostCollected / this.bytesPerMillisecond, untilEnd);
    // Counted from the last read: what a busy program does in the meantime is part of the wait.
    return Math.floor(wait - (this.scheduler.now() - this.readAt));
  }
}

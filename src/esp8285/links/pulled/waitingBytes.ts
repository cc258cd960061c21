import { BehaviorSubject, type Observable } from 'rxjs';

/**
 * How many bytes of a stream wait in the modem, as far as it has said.
 *
 * A notice that comes between the command of a read and its block may count the bytes of that block, or may not: the
 * firmware may have taken them before or after it. They are counted out at first. When nothing else is left, they are
 * counted in again, once; the next read shows which it was.
 *
 *     noticed     10                 30
 *     reads          [--10]             (n is inside the brackets: it comes before the block)
 *     count       10      0
 *
 *     noticed     10     30
 *     reads          [--------10][20][10 or nothing]
 *     count       10     30     20   10            0
 */
export class WaitingBytes {
  private readonly current = new BehaviorSubject(0);
  /** Bytes that have been counted out, and may not have been counted in. */
  private uncertain = 0;
  /** Whether a read has been asked for, and its block has not come. */
  private isAsked = false;
  private isNoticedSince = false;

  /** Replays the current count. */
  get count$(): Observable<number> {
    return this.current;
  }

  get count(): number {
    return this.current.value;
  }

  /** Whether the modem has announced data since the last read was asked for. */
  get hasNews(): boolean {
    return this.isNoticedSince;
  }

  /** The modem is asked for bytes. */
  asked(): void {
    this.isAsked = true;
    this.isNoticedSince = false;
  }

  /** The modem has announced this many bytes. */
  noticed(length: number): void {
    this.isNoticedSince = true;
    this.set(length);
  }

  /** At least this many bytes wait. */
  found(length: number): void {
    if (length > this.count) this.current.next(length);
  }

  /** This many bytes have been handed over, as the modem was asked to. */
  taken(length: number): void {
    if (this.isAsked && this.isNoticedSince) this.uncertain = length;
    this.isAsked = false;
    const left = Math.max(0, this.count - length);
    if (left > 0) this.current.next(left);
    else this.set(this.uncertain);
  }

  /** This many bytes wait, or are to be asked for. */
  set(length: number): void {
    this.uncertain = 0;
    this.current.next(length);
  }
}

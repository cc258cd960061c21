import type { Dialect } from '../../commands/dialect';

/** The most bytes that the buffer of one link holds, until the modem says something else: two full segments of TCP. */
const usualCapacity = 2_920;
/** A smaller buffer is not believed: one segment of any network. */
const leastCapacity = 536;
/** A modem that has refused the command this often, and has never carried it out, does not know it. */
const mostRefusals = 2;

/** What is known of the send buffers of the modem (`AT+CIPSENDBUF`). Each TCP link has one. */
export class SendBuffer {
  /** How many segments that are not acknowledged one buffer holds, as far as the modem has refused more. */
  places = Infinity;

  private bytes = usualCapacity;
  private isAsked = false;
  private isThere = false;
  private hasWorked = false;
  private refusals = 0;

  /** The modem has been set up, and speaks this dialect. */
  begin({ sendBuffer }: Dialect): void {
    this.isThere = sendBuffer;
    this.hasWorked = false;
    this.refusals = 0;
    this.bytes = usualCapacity;
    this.places = Infinity;
    this.isAsked = false;
  }

  /** How many bytes that are not acknowledged one buffer holds, as far as is known. */
  get capacity(): number {
    return this.bytes;
  }

  /** The modem has said how many bytes a buffer holds. */
  learned(capacity: number): void {
    this.isAsked = true;
    this.bytes = Math.max(leastCapacity, capacity);
  }

  /** Whether the modem is to be asked how large its buffers are. It is asked once, if it has not said it by then. */
  takeQuestion(): boolean {
    const isNew = !this.isAsked;
    this.isAsked = true;
    return isNew;
  }

  /** Whether it may be used, as far as is known. */
  get isUsable(): boolean {
    return this.isThere && (this.hasWorked || this.refusals < mostRefusals);
  }

  /** The modem has taken a segment. */
  worked(): void {
    this.hasWorked = true;
  }

  /** The modem has refused the command. */
  refused(): void {
    this.refusals++;
  }
}

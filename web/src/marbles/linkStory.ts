import type { LinkDetails } from 'rx-usocket/watch';

import { Bands } from './bands';
import type { Sorted } from './classify';

/** After how many milliseconds without data a link is said to stall. */
const stallTimes = { waiting: 250, reading: 1000 };

/** What happened to one link number of the modem: the connections that had it, and where they stalled. */
export class LinkStory {
  /** From the command that opens a link to its answer. */
  readonly openings = new Bands();
  /** Open links. */
  readonly lives = new Bands();
  /** Data wait in the modem, and do not come. */
  readonly waits = new Bands(stallTimes.waiting);
  /** A socket wants to read, and no data come. */
  readonly reads = new Bands(stallTimes.reading);
  /** The sender is held back. */
  readonly holds = new Bands();

  private readonly reading = new Set<number>();

  /** All stalls. */
  get stalls(): readonly Bands[] {
    return [this.waits, this.reads, this.holds];
  }

  /** A message of the trace about this link. */
  said({ kind, text }: Sorted, time: number): void {
    if (kind === 'command' && text.startsWith('AT+CIPSTART')) this.openings.begin(time, text);
    else if (kind === 'opened') this.opened(time, this.openings.open?.text ?? 'an incoming connection');
    else if (kind === 'closed') this.ended(time);
    else if (kind === 'waiting' && !this.waits.open) this.waits.begin(time, `${text} in the modem`);
    else if (kind === 'dataFromModem') this.received(time);
  }

  /** The command that should open the link was answered. */
  answered(time: number, isRefused: boolean, text: string): void {
    if (isRefused) this.openings.end(time, text);
  }

  /** A call of the link's socket begins or ends. */
  called(id: number, isRead: boolean, time: number, failure: string | undefined): void {
    const isEnd = this.reading.delete(id);
    if (isRead && !isEnd) this.reading.add(id);
    if (this.reading.size === 0) this.reads.end(time);
    else if (!this.reads.open) this.reads.begin(time, 'no data for a read');
    if (failure && this.lives.length > 0) this.lives.fail(failure);
  }

  /** The interface says how the link is doing, or that it is not in use. */
  state(state: LinkDetails | undefined, time: number): void {
    if (state?.isHeld) {
      if (!this.holds.open) this.holds.begin(time, 'the sender is held back');
    } else {
      this.holds.end(time);
    }
    const isOpen = state?.stage === 'open';
    const peer = state?.remote ? ` to ${state.remote.address}:${state.remote.port}` : '';
    if (isOpen && !this.lives.open) this.opened(time, `${state.kind}${peer}`);
    else if (!isOpen && this.lives.open) this.ended(time);
  }

  /** The link, or the whole modem, has ended. */
  ended(time: number, failure?: string): void {
    this.openings.end(time, failure);
    this.lives.end(time, failure);
    this.reading.clear();
    for (const stalls of this.stalls) stalls.end(time);
  }

  private opened(time: number, text: string): void {
    this.openings.end(time);
    this.lives.begin(time, text);
  }

  private received(time: number): void {
    this.waits.end(time);
    this.reads.end(time);
    if (this.reading.size > 0) this.reads.begin(time, 'no data for a read');
  }
}

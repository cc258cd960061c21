import type { Expectation } from '../../esp8285/grammar/expectation';
import type { Frame } from '../../esp8285/grammar/frame';
import { FrameCutter } from '../../esp8285/grammar/frameCutter';
import { frameText } from '../../esp8285/trace/frameText';
import { asBuffer } from '../../streams';
import type { BytesEvent, SaidEvent, StateEvent } from '../events/watchEvent';
import { HostSide, type Said } from './hostSide';
import { StateOfTrace } from './stateOfTrace';

/** The rest of a message comes within this many milliseconds. It is what the driver waits on a USB adapter. */
const moment = 20;
/** After this many milliseconds of silence, an unfinished message is cut off. It is what the driver waits on most lines. */
const longestPause = 500;

/**
 * Derives the trace of a conversation from its bytes, by the grammar of the driver: the commands, and what the modem says.
 * What the driver expects of the modem follows from the commands. What the driver thinks, and the calls of sockets, cannot be
 * derived. The states are those that the conversation tells.
 */
export class TraceOfBytes {
  private readonly host = new HostSide();
  private readonly state = new StateOfTrace();
  private readonly cutter: FrameCutter;
  private time = 0;
  /** When the modem has said something, and is silent since. */
  private heardAt: number | undefined;
  private isSettled = false;
  private told: (SaidEvent | StateEvent)[] = [];

  constructor() {
    const expectation: Expectation = this.host;
    this.cutter = new FrameCutter(expectation, (frame) => this.heard(frame));
  }

  /** Takes the next bytes, and returns what is certain by now. */
  push({ time, from, bytes }: BytesEvent): readonly (SaidEvent | StateEvent)[] {
    this.silent(time);
    if (time - this.time >= longestPause) this.tellState(true);
    this.time = time;
    if (from === 'host') {
      for (const said of this.host.push(asBuffer(bytes))) this.tell('to modem', said);
    } else {
      this.heardAt = time;
      this.isSettled = false;
      this.cutter.push(bytes);
    }
    return this.taken();
  }

  /** The recording ends here. */
  end(): readonly (SaidEvent | StateEvent)[] {
    this.silent(this.time + moment);
    this.tellState(true);
    return this.taken();
  }

  /** What the silence until then means for an unfinished message. */
  private silent(until: number): void {
    const { heardAt } = this;
    if (heardAt === undefined) return;
    if (!this.isSettled && until - heardAt >= moment) {
      this.isSettled = true;
      this.time = heardAt + moment;
      if (this.cutter.isUnfinished) this.cutter.settle();
    }
    if (until - heardAt < longestPause) return;
    this.heardAt = undefined;
    this.time = heardAt + longestPause;
    if (this.cutter.isUnfinished) this.cutter.giveUp();
  }

  private heard(frame: Frame): void {
    this.host.heard(frame);
    const link = 'link' in frame ? frame.link : undefined;
    this.tell('from modem', { kind: frame.kind, ...(link !== undefined && { link }), ...frameText(frame) });
  }

  private tell(direction: SaidEvent['direction'], said: Said): void {
    const event: SaidEvent = { type: 'said', time: this.time, direction, ...said };
    this.told.push(event);
    this.state.take(event);
    this.tellState();
  }

  private tellState(isLast = false): void {
    const state = this.state.news(this.time, isLast);
    if (state) this.told.push({ type: 'state', time: this.time, state });
  }

  private taken(): readonly (SaidEvent | StateEvent)[] {
    const { told } = this;
    this.told = [];
    return told;
  }
}

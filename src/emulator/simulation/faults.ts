/** Something that goes wrong. Times are in ms. */
export type Fault =
  /** The chip restarts: noise, `ready`; all that is not in the flash is lost. */
  | { readonly kind: 'reset'; readonly loseReady?: boolean }
  /** The supply sinks: so many bytes of garbage (default 64), then a reset. */
  | { readonly kind: 'brown-out'; readonly bytes?: number }
  /** The watchdog bites: its words, then a reset. */
  | { readonly kind: 'watchdog' }
  /** The next bytes on their way are lost, after `after` good ones. */
  | { readonly kind: 'lose'; readonly bytes?: number; readonly after?: number; readonly from?: 'modem' | 'host' }
  /** The next bytes on their way have a bit flipped, after `after` good ones. */
  | { readonly kind: 'flip'; readonly bytes?: number; readonly after?: number; readonly from?: 'modem' | 'host' }
  /** Every line is answered with `busy p...`, for so long or until a reset. */
  | { readonly kind: 'busy'; readonly for?: number }
  /** Nothing comes from the modem and nothing reaches it, for so long or until a reset. */
  | { readonly kind: 'silence'; readonly for?: number }
  /** The access point goes away, for so long or until a reset; links close at once, after a second, or survive. */
  | { readonly kind: 'wifi-lost'; readonly for?: number; readonly links?: 'close' | 'late' | 'keep' }
  /** The network gives no addresses, for so long or until a reset: the modem stays associated, and its links close. */
  | { readonly kind: 'dhcp-lost'; readonly for?: number }
  /** The prompt of the next send does not come, and its command is forgotten. */
  | { readonly kind: 'lose-prompt' }
  /** The next command is carried out, and nothing of its answer comes. */
  | { readonly kind: 'lose-reply' }
  /** The next command is carried out, and the line that ends its answer does not come, or comes in these words. */
  | { readonly kind: 'lose-result'; readonly as?: string }
  /** Passive receive: the next notice of waiting data does not come, as with the data of a fresh client on ESP-AT 2.1. */
  | { readonly kind: 'lose-notice' }
  /** The next peer that closes is not told of. */
  | { readonly kind: 'lose-closed' }
  /** The chip restarts inside the next block of data, behind so many bytes of its payload (default: half of them). */
  | { readonly kind: 'cut-block'; readonly after?: number }
  /** The next send ends in `SEND FAIL`, and then, as an internal resend works out, in `SEND OK` too. */
  | { readonly kind: 'send-fail'; readonly thenOk?: boolean }
  /** A line of the firmware's log leaks to the host in front of each passive read, for so long or until a reset. */
  | { readonly kind: 'log-leak'; readonly for?: number }
  /** The cable is pulled out: the host's line errors. */
  | { readonly kind: 'unplug' };

/** A fault and when it strikes, in ms from the start. */
export type ScheduledFault = Fault & { readonly at: number };

/** The faults in force: what the rest of the modem asks. */
export class FaultState {
  busy = false;
  silent = false;
  logLeak = false;
  losePrompt = false;
  loseReply = false;
  /** What comes in the place of the next result. */
  result: string | undefined;
  loseNotice = false;
  loseClosed = false;
  cutBlock: { readonly after: number | undefined } | undefined;
  sendFail: { readonly thenOk: boolean } | undefined;

  /** Whether an unsolicited message is lost; each fault takes one. */
  swallows(message: string): boolean {
    if (this.loseNotice && /^\r\n\+IPD,(?:\d,)?\d+\r\n$/.test(message)) {
      this.loseNotice = false;
      return true;
    }
    if (this.loseClosed && /^(?:\d,)?CLOSED\r\n$/.test(message)) {
      this.loseClosed = false;
      return true;
    }
    return false;
  }

  /** What comes of a print that may end an answer; the fault takes one. */
  ending(print: string | Buffer): string | Buffer {
    const { result } = this;
    if (result === undefined || typeof print !== 'string' || !/(?:OK|ERROR|FAIL)\r\n$/.test(print)) return print;
    this.result = undefined;
    return result === '' ? '' : `\r\n${result}\r\n`;
  }

  /** What comes of a print that is cut short, or `undefined` for one that is not. */
  cut(print: Buffer): Buffer | undefined {
    if (this.cutBlock === undefined) return undefined;
    const header = /^(?:\r\n)?\+(?:IPD,(?:\d,)?\d+[^:\r\n]*:|CIPRECVDATA[,:]\d+[,:])/.exec(
      print.toString('latin1', 0, 80),
    );
    if (header === null) return undefined;
    const [{ length }] = header;
    const { after = (print.length - length) >> 1 } = this.cutBlock;
    this.cutBlock = undefined;
    return print.subarray(0, length + after);
  }

  clear(): void {
    this.busy = false;
    this.silent = false;
    this.logLeak = false;
    this.losePrompt = false;
    this.loseReply = false;
    this.result = undefined;
    this.loseNotice = false;
    this.loseClosed = false;
    this.cutBlock = undefined;
    this.sendFail = undefined;
  }
}

/** Loses and flips bytes of one direction. */
export class Damage {
  private readonly orders: { kind: 'lose' | 'flip'; after: number; bytes: number }[] = [];

  order(kind: 'lose' | 'flip', bytes = 1, after = 0): void {
    this.orders.push({ kind, after, bytes });
  }

  apply(chunk: Buffer): Buffer {
    const order = this.orders[0];
    if (order === undefined) return chunk;
    const start = Math.min(order.after, chunk.length);
    const end = Math.min(start + order.bytes, chunk.length);
    order.after -= start;
    order.bytes -= end - start;
    const hit = Buffer.from(chunk.subarray(start, end)).map((byte) => byte ^ 0x20);
    if (order.bytes === 0) this.orders.shift();
    const rest = order.bytes === 0 ? this.apply(chunk.subarray(end)) : chunk.subarray(end);
    return Buffer.concat([chunk.subarray(0, start), order.kind === 'flip' ? Buffer.from(hit) : Buffer.alloc(0), rest]);
  }
}

import { once } from 'node:events';

import type { SerialPort } from 'serialport';

import { openSerialPort } from '../../lines/serialPort';
import { within } from '../../time/limits';
import { canPull, isVirtual, type Setting } from '../figures';

/** What a modem says that matters here: headers of data, notices of passive receive, results, the prompt, taken segments. */
const word =
  /\+IPD,(?:(?<link>\d),)?(?<size>\d+)(?<end>:|\r\n)|\+CIPRECVDATA[,:](?<read>\d+)[:,]|\r\n(?<result>OK|ERROR|FAIL|SEND OK|SEND FAIL)\r\n|(?<prompt>>)|\r\nRecv \d+ (?<taken>bytes)\r\n|(?<busy>busy [ps]\.\.\.)\r\n|\r\n(?<segment>\d),\d+,SEND OK\r\n/;

/** What a modem says to a command that it drops, with a letter for what it works on. */
const busy = /^busy [ps]/;

/** More than any line that the bench causes, with an echo before it. */
const longestLine = 512;

/** Milliseconds within which a modem answers whatever it is told, and after which it takes `+++` for an escape. */
const silence = 60;

/** Milliseconds within which a modem answers that is there. */
const patience = 10_000;

const nothing = Buffer.alloc(0);

/** Waits for a moment. There is no event to wait for. */
export function beSilent(): Promise<void> {
  return within(silence, new Promise<never>(() => undefined), () => undefined);
}

/** What {@link Dialogue} calls. */
export interface Listener {
  /** Payload of a link. Valid during the call. */
  data(link: number, bytes: Buffer): void;
  /** Data of a link wait in the modem. */
  waiting(link: number): void;
  /** The oldest segment of a link that was under way has been acknowledged. */
  acknowledged?(link: number): void;
}

/** A conversation with a modem of which everything is known in advance: no time limits, no damage, no surprises. */
export class Dialogue {
  private rest: Buffer = nothing;
  /** The payload that is still to come of a block, and its link. */
  private missing = 0;
  private link = 0;
  /** The link whose data have been asked for. */
  private asked = 0;
  private expected = '';
  private settle: (result: string) => void = () => undefined;
  private readonly onData = (chunk: Buffer): void => this.take(chunk);

  private constructor(
    readonly port: SerialPort,
    private readonly listener: Listener,
  ) {
    port.on('data', this.onData);
  }

  /**
   * Opens the line, and makes the modem's settings. The program before may have closed the line without waiting for its
   * last answers. Taken for the answers to these commands, they would leave the conversation one answer behind.
   */
  static async open(path: string, setting: Setting, links: 'several' | 'one', listener: Listener): Promise<Dialogue> {
    const modem = new Dialogue(await openSerialPort(path, isVirtual(setting) ? undefined : setting.baud), listener);
    await beSilent();
    modem.rest = nothing;
    await within(patience, modem.command('ATE0'), () => {
      throw new Error('the modem does not answer; it may restart when its port is opened');
    });
    if (canPull(setting))
      await modem.command(`AT+CIPRECVMODE=${setting.receive === 'pulled' && links === 'several' ? 1 : 0}`);
    await modem.command('AT+CIPDINFO=0');
    await modem.command('AT+CIPMODE=0');
    await modem.command(`AT+CIPMUX=${links === 'several' ? 1 : 0}`);
    return modem;
  }

  /** @throws Error (rejection) when the modem refuses. */
  async command(text: string, expected = 'OK'): Promise<void> {
    const result = await this.ask(text, expected);
    if (result !== expected) throw new Error(`${text}: the modem answered ${result}`);
  }

  /** Has the modem read a block of a link's data. Resolves to whether there was any. */
  async read(link: number, most: number): Promise<boolean> {
    this.asked = link;
    return (await this.ask(`AT+CIPRECVDATA=${link},${most}`, 'OK')) === 'OK';
  }

  /** Sends a block. Resolves when the modem says that it is sent. */
  async send(link: number, bytes: Buffer): Promise<void> {
    await this.command(`AT+CIPSEND=${link},${bytes.length}`, '>');
    const result = await this.say(bytes, 'SEND OK');
    if (result !== 'SEND OK') throw new Error(`the modem answered ${result} to ${bytes.length} bytes`);
  }

  /** Sends a segment. Resolves when the modem has taken it, so that the next command may follow. */
  async sendSegment(link: number, bytes: Buffer): Promise<void> {
    await this.command(`AT+CIPSENDBUF=${link},${bytes.length}`, '>');
    const result = await this.say(bytes, 'bytes');
    if (result !== 'bytes') throw new Error(`the modem answered ${result} to a segment of ${bytes.length} bytes`);
  }

  /** Hands all bytes to another listener, until the function is called that it returns. */
  handOver(listener: (chunk: Buffer) => void): () => void {
    this.port.off('data', this.onData).on('data', listener);
    return () => this.port.off('data', listener).on('data', this.onData);
  }

  async close(): Promise<void> {
    this.port.close();
    await once(this.port, 'close');
  }

  /**
   * Says a command, and says it again to a modem that is busy: it has dropped it. On a machine that is busy, it may still work
   * for the program before.
   */
  private async ask(text: string, expected: string): Promise<string> {
    const result = await this.say(`${text}\r\n`, expected);
    if (!busy.test(result)) return result;
    await beSilent();
    return this.ask(text, expected);
  }

  /** Resolves to what is expected, or to the failure that comes instead. */
  private say(bytes: Buffer | string, expected: string): Promise<string> {
    return new Promise((resolve) => {
      this.expected = expected;
      this.settle = resolve;
      this.port.write(bytes);
    });
  }

  private take(chunk: Buffer): void {
    let bytes: Buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (bytes.length > 0) {
      if (this.missing > 0) {
        const payload = bytes.subarray(0, this.missing);
        this.missing -= payload.length;
        bytes = bytes.subarray(payload.length);
        this.listener.data(this.link, payload);
        continue;
      }
      const found = word.exec(bytes.toString('latin1', 0, longestLine));
      if (found === null) break;
      bytes = bytes.subarray(found.index + found[0].length);
      this.hear(found.groups ?? {});
    }
    this.rest = bytes;
  }

  private hear(found: Readonly<Record<string, string | undefined>>): void {
    const { link, size, end, read, result, prompt, taken, busy: isBusy, segment } = found;
    if (segment !== undefined) {
      this.listener.acknowledged?.(Number(segment));
    } else if (end === '\r\n') {
      this.listener.waiting(Number(link));
    } else if (size !== undefined) {
      this.link = Number(link ?? 0);
      this.missing = Number(size);
    } else if (read !== undefined) {
      this.link = this.asked;
      this.missing = Number(read);
    } else {
      const said = result ?? prompt ?? taken ?? isBusy ?? '';
      // The `OK` before a prompt says nothing, nor does it where the bytes of a send have been taken.
      if (said === this.expected || !['OK', '>', 'bytes'].includes(said)) this.settle(said);
    }
  }
}

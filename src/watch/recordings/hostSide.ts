import type { Expectation } from '../../esp8285/grammar/expectation';
import type { Frame } from '../../esp8285/grammar/frame';
import { printable } from '../../esp8285/trace/frameText';
import { linkOf } from '../../esp8285/trace/trace';
import type { SaidEvent } from '../events/watchEvent';

/** What was said, without its time. */
export type Said = Omit<SaidEvent, 'type' | 'time' | 'direction'>;

/** A command after which the modem waits for bytes, and their number. The link is missing with `AT+CIPMUX=0`. */
const send = /^AT\+CIPSEND(?:BUF|EX)?=(?:[0-4],)?(\d{1,6})(?:,|$)/;
/** A command that asks for the data of a link, and for how many. */
const read = /^AT\+CIPRECVDATA=([0-4])(?:,(\d{1,6}))?/;
const segmentNumbers = /^\d{1,10},\d{1,10}$/;
const bufferNumbers = /^\d{1,10}(?:,\d{1,10}){4}$/;
/** The most of an unfinished line that is kept. A command is shorter. */
const longestLine = 1024;

/** What the host says in a recorded conversation, and what the modem is expected to say because of it. */
export class HostSide implements Expectation {
  prompt = false;
  numbers: RegExp | undefined;
  reading: number | undefined;
  asked: number | undefined;
  numbersLinks = false;
  readonly discards = 0;

  private begun = '';
  private command = '';
  /** How many bytes the last command has announced that the modem waits for after its prompt. */
  private announced = 0;
  /** How many of them are still to come. */
  private missing = 0;

  /** Takes bytes of the host, and returns the commands and data that they contain. */
  push(bytes: Buffer): readonly Said[] {
    // The driver also sends the bytes when the prompt is lost.
    if (this.announced > 0 && this.begun === '' && !bytes.subarray(0, 2).equals(attention)) this.prompted();
    const size = Math.min(this.missing, bytes.length);
    this.missing -= size;
    const rest = bytes.subarray(size);
    return [...(size > 0 ? [this.data(size)] : []), ...(rest.length > 0 ? this.lines(rest) : [])];
  }

  /** Takes what the modem says. */
  heard(frame: Frame): void {
    if (frame.kind === 'prompt') this.prompted();
    else if (frame.kind === 'booting' || frame.kind === 'booted') this.numbersLinks = false;
    else if (frame.kind === 'final' && frame.result !== 'OK') this.expectNoPrompt();
    else if (frame.kind === 'final' && this.command.startsWith('AT+CIPMUX='))
      this.numbersLinks = this.command.endsWith('1');
  }

  private lines(bytes: Buffer): readonly Said[] {
    const text = this.begun + bytes.toString('latin1');
    // An escape such as `+++` has no line end.
    if (!text.includes('\n') && !/^A/i.test(text)) return [this.data(bytes.length)];
    const lines = text.split('\n');
    this.begun = (lines.pop() ?? '').slice(-longestLine);
    return lines.map((line) => this.said(Buffer.from(line.replace(/\r+$/, ''), 'latin1').toString('utf8')));
  }

  private said(command: string): Said {
    this.command = command;
    this.announced = Number(send.exec(command)?.[1] ?? 0);
    this.prompt = this.announced > 0;
    if (command.startsWith('AT+CIPSENDBUF=')) this.numbers = segmentNumbers;
    else this.numbers = command.startsWith('AT+CIPBUFSTATUS=') ? bufferNumbers : undefined;
    const [, link, asked] = read.exec(command) ?? [];
    if (link !== undefined) {
      this.reading = Number(link);
      this.asked = asked === undefined ? undefined : Number(asked);
    }
    return { kind: 'command', ...this.link, size: Buffer.byteLength(command), text: printable(command) };
  }

  private data(size: number): Said {
    return { kind: 'data', ...this.link, size, text: `${size} bytes` };
  }

  /** The link of the last command, which data go to as well. */
  private get link(): Pick<Said, 'link'> {
    const link = linkOf(this.command);
    return link === undefined ? {} : { link };
  }

  private prompted(): void {
    this.missing = this.announced;
    this.expectNoPrompt();
  }

  private expectNoPrompt(): void {
    this.announced = 0;
    this.prompt = false;
  }
}

const attention = Buffer.from('AT');

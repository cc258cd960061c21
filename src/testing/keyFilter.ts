import { hideKeys, type TimedBytes } from '../esp8285/trace/hideKeys';
import { SmartConfigMask } from '../esp8285/trace/smartConfigMask';

/** A command that has a key, or asks for one. Anywhere in a line, because a payload before it need not end in a newline. */
const keyedName = /AT\+CW(?:[JS]AP|JEAP|STARTSMART)/i;
/** A line whose end may be the beginning of such a command. */
const mayGoOn = /AT\+CW(?:[JS]AP|JEAP|STARTSMART)|A(?:T(?:\+(?:C(?:W(?:[JS][A-Z]*)?)?)?)?)?$/i;
/** The line that ends an answer. */
const final = /(?:^|\n)(?:OK|ERROR|FAIL)\r\n/;
/** How many bytes at the end of an unfinished line are searched. A command is shorter. */
const longestLine = 512;

/**
 * Hides the keys in a conversation with a modem that is only overheard. Everything from a command with a key, or one that
 * asks for it, to the end of its answer is held back, and then returned in order.
 */
export class KeyFilter {
  private held: TimedBytes[] = [];
  /** The beginning of the host's current line. */
  private begun = '';
  private isAwaited = false;
  private answer = '';
  private readonly smartConfig = new SmartConfigMask();

  /** Takes bytes of the conversation, and returns those that may be shown by now. */
  push(said: TimedBytes): readonly TimedBytes[] {
    this.held.push(said.from === 'modem' ? { ...said, bytes: this.smartConfig.mask(said.bytes) } : said);
    const text = said.bytes.toString('latin1');
    if (said.from === 'host') this.typed(text);
    else if (this.isAwaited) this.answered(text);
    return this.isAwaited || mayGoOn.test(this.begun) ? [] : this.end();
  }

  /** Returns what was held back, without its keys. */
  end(): readonly TimedBytes[] {
    const { held } = this;
    this.held = [];
    this.isAwaited = false;
    this.answer = '';
    return hideKeys(held);
  }

  private typed(text: string): void {
    const lines = (this.begun + text).split('\n');
    this.begun = (lines.pop() ?? '').slice(-longestLine);
    if (lines.some((line) => keyedName.test(line))) {
      this.isAwaited = true;
      this.answer = '';
    }
  }

  private answered(text: string): void {
    this.answer += text;
    this.isAwaited = !final.test(this.answer);
  }
}

/** Bytes that went over the line in one piece, with the time in milliseconds. */
export interface TimedBytes {
  readonly at: number;
  readonly from: 'host' | 'modem';
  readonly bytes: Buffer;
}

/**
 * The commands that have a key after the name of a network. The groups are the text before the key, and the escaped
 * key.
 */
const keyed = /(AT\+CW[JS]AP(?:_CUR|_DEF)?="(?:[^"\\\r\n]|\\.)*",")((?:[^"\\\r\n]|\\.)+)/g;
/** Anywhere in a line, because a payload before it need not end in a newline. */
const keyedName = /AT\+CW[JS]AP/;
/** A line whose end may be the beginning of such a command. */
const mayGoOn = /AT\+CW[JS]AP|A(?:T(?:\+(?:C(?:W(?:[JS]A?)?)?)?)?)?$/;
/** Lines of a modem that are never an echo of a key. */
const knownLine = /^(?:OK|ERROR|FAIL|WIFI [A-Z ]+|busy [ps]\.\.\.|\+CW[JS]AP:\d+|DHCP TIMEOUT)?\r*\n?$/;
/** The line that ends an answer. */
const final = /(?:^|\n)(?:OK|ERROR|FAIL)\r\n/;
/** How many bytes at the end of an unfinished line are searched. A command is shorter. */
const longestLine = 512;
/** This many characters of a key in a row are too many to be shown. */
const tellingPart = 3;

/**
 * Removes keys from a conversation with a modem, even if pieces of it cut a key. In a command and in its echo, each key
 * is replaced by as many `*`. A line of the modem that contains only a part of the key, such as a damaged echo, is
 * replaced by `*` as a whole. Everything from a command with a key to the end of its answer is held back, and then
 * returned in order.
 */
export class KeyFilter {
  private held: TimedBytes[] = [];
  /** The beginning of the host's current line. */
  private begun = '';
  private isAwaited = false;
  private answer = '';

  /** Takes bytes of the conversation, and returns those that may be shown by now. */
  push(said: TimedBytes): readonly TimedBytes[] {
    this.held.push(said);
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
    const keys: string[] = [];
    const host = rewritten(held, 'host', (text) => blankKeys(text, (key) => keys.push(key)));
    if (keys.length === 0) return host;
    return rewritten(host, 'modem', (text) => text.replace(/[^\n]*\n|[^\n]+$/g, (line) => withoutKeys(line, keys)));
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

/** Replaces each key in a text by as many `*`, also one that has only begun. */
export function blankKeys(text: string, found?: (key: string) => void): string {
  return text.replace(keyed, (_, before: string, key: string) => {
    found?.(key);
    return before + blanked(key);
  });
}

/** Rewrites everything that one side has said, as one text, to a text of the same length. */
function rewritten(
  conversation: readonly TimedBytes[],
  from: TimedBytes['from'],
  rewrite: (text: string) => string,
): readonly TimedBytes[] {
  const pieces = conversation.filter((piece) => piece.from === from).map(({ bytes }) => bytes);
  let rest = Buffer.from(rewrite(Buffer.concat(pieces).toString('latin1')), 'latin1');
  return conversation.map((piece) => {
    if (piece.from !== from) return piece;
    const bytes = rest.subarray(0, piece.bytes.length);
    rest = rest.subarray(bytes.length);
    return { ...piece, bytes };
  });
}

function withoutKeys(line: string, keys: readonly string[]): string {
  if (knownLine.test(line)) return line;
  return keys.reduce((text, key) => {
    if (text.includes(key)) return text.replaceAll(key, blanked(key));
    const parts = Array.from({ length: Math.max(1, key.length - tellingPart + 1) }, (_, at) =>
      key.slice(at, at + tellingPart),
    );
    if (!parts.some((part) => text.includes(part))) return text;
    // The line still has to look like an echo when it is replayed.
    return text.replace(/^(AT\+)?(.*)/, (_, echo = '', rest: string) => String(echo) + blanked(rest));
  }, line);
}

/** Replaces every byte, because a key need not be text. */
function blanked(text: string): string {
  return text.replace(/[^\r\n]/g, '*');
}

/** Bytes that went over the line, and when, in milliseconds. */
export interface TimedBytes {
  readonly at: number;
  readonly from: 'host' | 'modem';
  readonly bytes: Buffer;
}

/** The commands that carry a key behind a network's name; what stands before it, and the key as the line writes it. */
const keyed = /(AT\+CW[JS]AP(?:_CUR|_DEF)?="(?:[^"\\\r\n]|\\.)*",")((?:[^"\\\r\n]|\\.)+)/g;
/** Anywhere in a line, for a payload before it need not end in a newline; at its end, a beginning of that is enough. */
const keyedName = /AT\+CW[JS]AP/;
const mayGoOn = /AT\+CW[JS]AP|A(?:T(?:\+(?:C(?:W(?:[JS]A?)?)?)?)?)?$/;
/** What a modem says to such a command, or meanwhile, by itself; and what ends its answer. */
const knownLine = /^(?:OK|ERROR|FAIL|WIFI [A-Z ]+|busy [ps]\.\.\.|\+CW[JS]AP:\d+|DHCP TIMEOUT)?\r*\n?$/;
const final = /(?:^|\n)(?:OK|ERROR|FAIL)\r\n/;
/** Longest end of an unfinished line that is looked at, in bytes: more than a command has. */
const longestLine = 512;
/** So many characters of a key in a row give it away. */
const tellingPart = 3;

/**
 * Takes keys out of a conversation with a modem, whatever the pieces in which it comes. Each becomes as many `*`, in the
 * command and in its echo; a line of the modem with a part of the key in it, as a damaged echo is, becomes `*` altogether.
 * From a command with a key to the end of its answer everything is held back, and in its order.
 */
export class KeyFilter {
  private held: TimedBytes[] = [];
  /** The line that the host has begun. */
  private begun = '';
  private isAwaited = false;
  private answer = '';

  /** Takes what was said and gives what may be shown. */
  push(said: TimedBytes): readonly TimedBytes[] {
    this.held.push(said);
    const text = said.bytes.toString('latin1');
    if (said.from === 'host') this.typed(text);
    else if (this.isAwaited) this.answered(text);
    return this.isAwaited || mayGoOn.test(this.begun) ? [] : this.end();
  }

  /** Gives what was held back. */
  end(): readonly TimedBytes[] {
    const { held } = this;
    this.held = [];
    this.isAwaited = false;
    this.answer = '';
    const keys: string[] = [];
    const host = rewritten(held, 'host', (text) =>
      text.replace(keyed, (_, before: string, key: string) => {
        keys.push(key);
        return before + blanked(key);
      }),
    );
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

/** Changes all that one side has said as one text, into one of the same length. */
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
    // A replayed echo should still look like one.
    return text.replace(/^(AT\+)?(.*)/, (_, echo = '', rest: string) => String(echo) + blanked(rest));
  }, line);
}

/** A key need not be text: no byte of it is shown. */
function blanked(text: string): string {
  return text.replace(/[^\r\n]/g, '*');
}

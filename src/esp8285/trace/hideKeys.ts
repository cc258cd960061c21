/** Bytes that went over the line in one piece, with the time in milliseconds. */
export interface TimedBytes {
  readonly at: number;
  readonly from: 'host' | 'modem';
  readonly bytes: Buffer;
}

/**
 * A command that has a key after the name of a network. The groups are the text before the key, and the escaped key, which
 * may have only begun.
 */
const keyed = /(AT\+CW[JS]AP(?:_CUR|_DEF)?="(?:[^"\\\r\n]|\\.)*",")((?:[^"\\\r\n]|\\.)+)/gi;
/** The same, up to the end of the line. Some of these commands have a key at another place. */
const keyedLine = /(AT\+CW(?:[JS]AP(?:_CUR|_DEF)?|JEAP|STARTSMART)\s*=)([^\r\n]*)/gi;
/** What is behind the sign of equality if it is written correctly: a name, a key, and then numbers or an address. */
const correct = /^("(?:[^"\\]|\\.)*",")((?:[^"\\]|\\.)*)(\\?|"(?:,(?:\d*|"[\da-f:]{0,17}"?))*)$/i;
/** A name that has only begun, or after which nothing has come yet. */
const unfinishedName = /^(?:"(?:[^"\\]|\\.)*(?:\\|",?)?|[^",]*)$/;
/**
 * The answer to `AT+CWSAP?`, which has the key of the modem's own network. Its quotation marks are not escaped, so the key
 * ends before the numbers, or with the line. A name has at most 32 bytes: without a limit, a peer could send text on which
 * the search takes seconds.
 */
const keyedAnswer = /(\+CWSAP(?:_CUR|_DEF)?:".{0,64}?",")(.+?)(?=",\d+,\d|"(?:,\d*)?$|[\r\n]|$)/g;
/** The line with the key that SmartConfig has got: see `SmartConfigMask`. */
const announcedKey = /^(password:)(.+)/;
/** Lines of a modem that are never an echo of a key. */
const knownLine = /^(?:OK|ERROR|FAIL|WIFI [A-Z ]+|busy [ps]\.\.\.|\+CW[JS]AP:\d+|DHCP TIMEOUT)?\r*\n?$/;
/** This many characters of a key in a row are too many to be shown. */
const tellingPart = 3;

/**
 * Hides the keys in a conversation with a modem, even if pieces of it cut a key. In a command, in its echo and in the answer
 * to `AT+CWSAP?`, each key is replaced by as many `*`. A line of the modem that contains only a part of the key, such as a
 * damaged echo, is replaced by `*` as a whole.
 */
export function hideKeys(conversation: readonly TimedBytes[]): readonly TimedBytes[] {
  const keys: string[] = [];
  const host = rewritten(conversation, 'host', (text) => blankKeysOnLine(text, (key) => keys.push(key)));
  return rewritten(host, 'modem', (text) => {
    const shown = blankKeysOnLine(text);
    if (keys.length === 0) return shown;
    return shown.replace(/[^\n]*\n|[^\n]+$/g, (line) => withoutKeys(line, keys));
  });
}

/** Replaces each key in a text, such as a message or a line, by as many `*`, also one that has only begun. */
export function blankKeys(text: string): string {
  if (announcedKey.test(text)) return text.replace(announcedKey, blankedKey);
  return mayHaveKey.test(text) ? text.replace(keyed, blankedKey).replace(keyedAnswer, blankedKey) : text;
}

/**
 * Does the same with what one side has said on the line. Of a command that is written wrongly, everything after the name is
 * replaced.
 */
export function blankKeysOnLine(text: string, found?: (key: string) => void): string {
  if (!mayHaveKey.test(text)) return text;
  const commands = text.replace(keyedLine, (_, name: string, rest: string) => name + blankedArguments(rest, found));
  return commands.replace(keyedAnswer, blankedKey);
}

/** Few texts can contain a key, and the other expressions take time. */
const mayHaveKey = /\+CW(?:[JS]AP|JEAP|STARTSMART)/i;

function blankedKey(_: string, before: string, key: string): string {
  return before + blanked(key);
}

function blankedArguments(text: string, found?: (key: string) => void): string {
  const [, before, key = '', after = ''] = correct.exec(text) ?? [];
  if (before !== undefined) {
    if (key !== '') found?.(key);
    return before + blanked(key) + after;
  }
  if (unfinishedName.test(text)) return text;
  const end = text.indexOf(',') + 1;
  for (const word of text.slice(end).split(/[\s",]+/)) if (word.length >= tellingPart) found?.(word);
  return text.slice(0, end) + blanked(text.slice(end));
}

/** Rewrites everything that one side has said, as one text, to a text of the same length. */
function rewritten(
  conversation: readonly TimedBytes[],
  from: TimedBytes['from'],
  rewrite: (text: string) => string,
): readonly TimedBytes[] {
  const pieces = conversation.filter((piece) => piece.from === from).map(({ bytes }) => bytes);
  const text = Buffer.concat(pieces).toString('latin1');
  const shown = rewrite(text);
  if (shown === text) return conversation;
  let rest = Buffer.from(shown, 'latin1');
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
export function blanked(text: string): string {
  return text.replace(/[^\r\n]/g, '*');
}

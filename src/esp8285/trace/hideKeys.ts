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
/** Lines of a modem that are never an echo of a key. */
const knownLine = /^(?:OK|ERROR|FAIL|WIFI [A-Z ]+|busy [ps]\.\.\.|\+CW[JS]AP:\d+|DHCP TIMEOUT)?\r*\n?$/;
/** This many characters of a key in a row are too many to be shown. */
const tellingPart = 3;

/**
 * Hides the keys in a conversation with a modem, even if pieces of it cut a key. In a command and in its echo, each key
 * is replaced by as many `*`. A line of the modem that contains only a part of the key, such as a damaged echo, is
 * replaced by `*` as a whole.
 */
export function hideKeys(conversation: readonly TimedBytes[]): readonly TimedBytes[] {
  const keys: string[] = [];
  const host = rewritten(conversation, 'host', (text) => blankKeys(text, (key) => keys.push(key)));
  if (keys.length === 0) return host;
  return rewritten(host, 'modem', (text) => text.replace(/[^\n]*\n|[^\n]+$/g, (line) => withoutKeys(line, keys)));
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
export function blanked(text: string): string {
  return text.replace(/[^\r\n]/g, '*');
}

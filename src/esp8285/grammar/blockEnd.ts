import { isFirmwareLine, withoutColour } from './firmwareLine';
import { isFragment, isFragmentBeginning, isText } from './fragment';

/** Bytes of a block's end that are looked at, and most bytes that are looked at behind it. */
export const endSize = 48;

/** What the bytes behind a block say of it. */
export type Verdict =
  /** What follows is something that a modem says. */
  | { readonly kind: 'whole' }
  /** What follows could be a line that nobody knows. */
  | { readonly kind: 'news' }
  /** Too little has come to say. */
  | { readonly kind: 'open' }
  /**
   * The block has too few bytes, or is none: it has swallowed the beginning of what follows, so many bytes; `undefined`
   * when nothing can be made of it.
   */
  | { readonly kind: 'damaged'; readonly swallowed: number | undefined; readonly isCutOff?: true };

/** Most bytes of a line's beginning that are looked for in a block's end. */
const longestBeginning = 8;

const [whole, news, open, lost]: readonly [Verdict, Verdict, Verdict, Verdict] = [
  { kind: 'whole' },
  { kind: 'news' },
  { kind: 'open' },
  { kind: 'damaged', swallowed: undefined },
];

/** What a modem prints with a line end in front, always. */
const led = /^(?:OK[\r\n]|ERROR[\r\n]|FAIL[\r\n]|SEND |Recv|ready[\r\n]|Will force)/;

/** The same, where no line of a payload is likely to be meant: not `OK`. */
const alwaysLed = /^(?:\+IPD,|SEND OK[\r\n]|Recv \d)/;

/**
 * What it prints without one, or with: a header glued to the block before was seen on AT 1.x
 * (MaJerle/ESP8266_AT_Commands_parser issue 27).
 */
const bare = /^(?:\+IPD,\d|\+CIPRECVDATA|[0-4],C(?:ONNECT|LOSED)|WIFI [CGD]|SEND FAIL)/;

/** What a modem has begun to say where a block ends: a line end and part of a line, or part of a line without one. */
const begun = [/\r\n[^\r\n]{0,40}$/, /[0-4](?:,[A-Z]{0,9})?$/, /W[A-Z ]{0,6}$/];

/**
 * The last bytes of what a modem has said in part, begun or not: signs, numbers, words in capitals, the front of a line.
 * Text in small letters could be it too, the payload of the next block; a moment for every block would be too much.
 */
const suspicious = /[\r\n+,:\dA-Z]$|\n[^\n]{1,24}$/;

/**
 * Judges a block by what follows it. A byte that the line has lost inside is taken from behind instead, so that what
 * follows begins in its middle.
 *
 * @param end The last bytes of the block, as Latin-1.
 * @param following The bytes behind it, up to `endSize` of them.
 * @param prompt A send waits for its prompt.
 */
export function judge(end: string, following: string, prompt: boolean): Verdict {
  const plain = withoutColour(following);
  const { length } = /^[\r\n\0]*/.exec(plain)?.[0] ?? '';
  const said = plain.slice(length);
  const isLed = /[\r\n]/.test(plain.slice(0, length));
  // Half a line end, or a header or line whose line end is in the block.
  if (end.endsWith('\r') && following.startsWith('\n')) return { kind: 'damaged', swallowed: 1 };
  if (end.endsWith('\n') && alwaysLed.test(following)) return { kind: 'damaged', swallowed: 1 };
  if (said.startsWith('>') && prompt) return whole;
  const [line = ''] = /^[^\r\n]*/.exec(said) ?? [];
  if (bare.test(said) || (isLed && led.test(said)) || isFirmwareLine(line)) return whole;
  if (following.length < endSize && !said.includes('\n')) return open;
  const swallowed = length > 0 ? undefined : begun.map((pattern) => pattern.exec(end)?.[0] ?? '').find(isCutOff);
  if (swallowed !== undefined) return { kind: 'damaged', swallowed: swallowed.length };
  if (!isNews(line, said.includes('\n'))) return lost;
  const beginning = length > 0 ? undefined : beginningOf(line, end);
  return beginning === undefined ? news : { kind: 'damaged', swallowed: beginning };

  function isCutOff(beginning: string): boolean {
    const text = (beginning + following).replace(/^\r\n/, '');
    const [print = ''] = bare.exec(text) ?? (beginning.startsWith('\r\n') ? led.exec(text) : null) ?? [];
    return print.length > text.length - following.length;
  }
}

/** How many bytes of a block's end make something of a line that is nothing by itself. */
function beginningOf(line: string, end: string): number | undefined {
  for (let size = 1; size <= longestBeginning; size++) {
    if (isFirmwareLine(end.slice(-size) + line)) return size;
  }
  return undefined;
}

/** Whether a line, or the beginning of one, can be one that nobody knows. */
function isNews(latin1: string, isWhole: boolean): boolean {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  // A character may be cut where the look ends.
  return isWhole ? !isFragment(text) : isText(text.replace(/\ufffd$/, '')) && !isFragmentBeginning(text);
}

/** Whether a block of which nothing follows yet could have swallowed the beginning of something. */
export function isSuspicious(end: string): boolean {
  return suspicious.test(end);
}

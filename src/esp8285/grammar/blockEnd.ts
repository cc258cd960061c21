import { isFirmwareLine, withoutColour } from './firmwareLine';
import { isFragment, isFragmentBeginning, isText } from './fragment';

/** How many bytes are looked at of a block's end, and at most behind it. */
export const endSize = 48;

/** What the bytes behind a block tell about it. */
export type Verdict =
  /** What follows is something that a modem says. */
  | { readonly kind: 'whole' }
  /** What follows may be an unknown line. */
  | { readonly kind: 'news' }
  /** Too few bytes have come to tell. */
  | { readonly kind: 'open' }
  /**
   * The block has lost bytes, or is none. `swallowed` is how many of its last bytes are the beginning of what follows;
   * `undefined` when that cannot be told.
   */
  | { readonly kind: 'damaged'; readonly swallowed: number | undefined; readonly isCutOff?: true };

/** How many bytes of a line's beginning are looked for at most in a block's end. */
const longestBeginning = 8;

const [whole, news, open, lost]: readonly [Verdict, Verdict, Verdict, Verdict] = [
  { kind: 'whole' },
  { kind: 'news' },
  { kind: 'open' },
  { kind: 'damaged', swallowed: undefined },
];

/** What a modem always prints with a line end in front. */
const led = /^(?:OK[\r\n]|ERROR[\r\n]|FAIL[\r\n]|SEND |Recv|ready[\r\n]|Will force)/;

/** Those of them that are unlikely to be a line of a payload: not `OK`. */
const alwaysLed = /^(?:\+IPD,|SEND OK[\r\n]|Recv \d)/;

/**
 * What it prints with or without one: a header directly behind the block before was seen on AT 1.x
 * (MaJerle/ESP8266_AT_Commands_parser issue 27).
 */
const bare = /^(?:\+IPD,\d|\+CIPRECVDATA|[0-4],C(?:ONNECT|LOSED)|WIFI [CGD]|SEND FAIL)/;

/** The beginning of a message at the end of a block: part of a line, with or without the line end in front. */
const begun = [/\r\n[^\r\n]{0,40}$/, /[0-4](?:,[A-Z]{0,9})?$/, /W[A-Z ]{0,6}$/];

/**
 * Last bytes of a block that may be the beginning of a message: signs, numbers, words in capitals, the front of a line. Text
 * in small letters may be that as well, as the payload of the next block, but waiting after every block would cost too much.
 */
const suspicious = /[\r\n+,:\dA-Z]$|\n[^\n]{1,24}$/;

/**
 * Judges a block by what follows it. When the line has lost a byte of the block, the block takes one from behind instead, and
 * what follows has lost its beginning.
 *
 * @param end The last bytes of the block, in Latin-1.
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

/** How many bytes of a block's end, put in front of a line, make it a known one. */
function beginningOf(line: string, end: string): number | undefined {
  for (let size = 1; size <= longestBeginning; size++) {
    if (isFirmwareLine(end.slice(-size) + line)) return size;
  }
  return undefined;
}

/** Whether a line, or the beginning of one, may be an unknown but whole one. */
function isNews(latin1: string, isWhole: boolean): boolean {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  // A character may be cut where the look ends.
  return isWhole ? !isFragment(text) : isText(text.replace(/\ufffd$/, '')) && !isFragmentBeginning(text);
}

/** Whether a block that nothing follows yet may have swallowed the beginning of a message. */
export function isSuspicious(end: string): boolean {
  return suspicious.test(end);
}

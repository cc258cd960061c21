import type { Expectation } from './expectation';
import { isFirmwareLine, withoutColour } from './firmwareLine';
import { isFragment, isFragmentBeginning, isGarbledWord, isText } from './fragment';

/** How many bytes are examined at the end of a block, and at most after it. */
export const endSize = 48;

/** How a block is judged by the bytes after it. */
export type Judgement =
  /** A known message of a modem follows. */
  | { readonly kind: 'whole' }
  /** An unknown line may follow. */
  | { readonly kind: 'news' }
  /** Too few bytes have come to decide. */
  | { readonly kind: 'open' }
  /**
   * The block has lost bytes or has too many, or is not a block. `swallowed` is how many of its last bytes are the
   * beginning of the next message; `undefined` if that cannot be decided.
   */
  | { readonly kind: 'damaged'; readonly swallowed: number | undefined; readonly isCutOff?: true };

/** The most bytes of the beginning of a line that are searched for at the end of a block. */
const longestBeginning = 8;

const [whole, news, open, lost]: readonly [Judgement, Judgement, Judgement, Judgement] = [
  { kind: 'whole' },
  { kind: 'news' },
  { kind: 'open' },
  { kind: 'damaged', swallowed: undefined },
];

/** Messages that always have a line end before them. */
const led = /^(?:OK[\r\n]|ERROR[\r\n]|FAIL[\r\n]|(?:[0-4],\d{1,10},)?SEND |Recv|ready[\r\n]|Will force)/;

/** Those of these messages that are unlikely in a payload, as `OK` is not. */
const alwaysLed = /^(?:\+IPD,|SEND OK[\r\n]|[0-4],\d{1,10},SEND |Recv)/;

/**
 * Messages that may lack a line end before them. A header directly after the last block was seen on AT 1.x
 * (MaJerle/ESP8266_AT_Commands_parser issue 27).
 */
const bare = /^(?:\+IPD,\d|\+CIPRECVDATA|[0-4],C(?:ONNECT|LOSED)|WIFI [CGD]|SEND FAIL)/;

/** The beginning of a message at the end of a block: a part of a line, with or without the line end before it. */
const begun = [/\r\n[^\r\n]{0,40}$/, /[0-4](?:,[A-Z]{0,9})?$/, /W[A-Z ]{0,6}$/];

/**
 * The end of a block that may be the beginning of a message: signs, digits, capital letters, the first bytes of a line.
 * Small letters may also belong to the payload of the next block, but waiting after every block would cost too much.
 */
const suspicious = /[\r\n+,:\dA-Z]$|\n[^\n]{1,24}$/;

/** The same for a block of one byte, which can have swallowed one byte only: the first one of a message. */
const suspiciousByte = /^[\r\n+0-4SW]$/;

/**
 * Judges a block by what follows it. If the line has lost a byte of the block, the block has taken the next byte
 * instead, and the next message lacks its beginning.
 *
 * @param end The last bytes of the block, in Latin-1.
 * @param following The bytes after it, at most `endSize`.
 * @param expecting Whether a send waits for its prompt, and which line of numbers comes before that.
 * @param gluesHeaders Whether the modem prints headers without a line end before them.
 */
export function judge(
  end: string,
  following: string,
  { prompt, numbers }: Pick<Expectation, 'prompt' | 'numbers'>,
  gluesHeaders = false,
): Judgement {
  const plain = withoutColour(following);
  const { length } = /^[\r\n\0]*/.exec(plain)?.[0] ?? '';
  const said = plain.slice(length);
  const isLed = /[\r\n]/.test(plain.slice(0, length));
  // Half a line end, or a header or line whose line end is inside the block.
  if (end.endsWith('\r') && following.startsWith('\n')) return { kind: 'damaged', swallowed: 1 };
  const isGlued = gluesHeaders && following.startsWith('+IPD,');
  if (end.endsWith('\n') && alwaysLed.test(following) && !isGlued) return { kind: 'damaged', swallowed: 1 };
  if (leavesHalf(following)) return { kind: 'damaged', swallowed: 0 };
  if (said.startsWith('>') && prompt) return whole;
  const [line = ''] = /^[^\r\n]*/.exec(said) ?? [];
  if (line.length < said.length && numbers?.test(line)) return whole;
  // The name of a line ends where the line does, and that may be in the next chunk.
  const known = line.length < said.length ? line : `${line}\0`;
  if (bare.test(said) || (isLed && led.test(said)) || isFirmwareLine(known)) return whole;
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

/** Whether the line has put a byte into the block, so that its own last byte is left: half of a line end. */
export function leavesHalf(following: string): boolean {
  return /^(?:\r\r\n|\n\r\n)/.test(following);
}

/** How many bytes of the end of a block have to be put before a line to make it a known line, or the rest of one. */
function beginningOf(line: string, end: string): number | undefined {
  for (let size = 1; size <= longestBeginning; size++) {
    const whole = end.slice(-size) + line;
    if (isFirmwareLine(whole) || isGarbledWord(whole)) return size;
  }
  return undefined;
}

/** Whether a line, or the beginning of one, may be a whole unknown line, or a message that lacks bytes inside. */
function isNews(latin1: string, isWhole: boolean): boolean {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  // The last character may be cut.
  return isWhole
    ? isGarbledWord(text) || !isFragment(text)
    : isText(text.replace(/\ufffd$/, '')) && !isFragmentBeginning(text);
}

/** Whether a block with nothing after it yet may have swallowed the beginning of a message. */
export function isSuspicious(end: string): boolean {
  return (end.length === 1 ? suspiciousByte : suspicious).test(end);
}

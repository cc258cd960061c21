import { withoutColour } from './firmwareLine';

/** The longest line of a log or of another maker, in bytes. */
const longestNews = 256;

// Each number is written as 0.

/** Messages about a link, and headers of its data. If only a piece of one has come, data may be lost. */
const messages = ['0,CLOSED', '0,CONNECT', '0,CONNECT FAIL', '+IPD,0,0'];
const headers = ['+IPD,0,0:', '+IPD,0,0,0.0.0.0,0:', '+IPD,0,0,"0.0.0.0",0:'];

/** Those of them whose beginning and end show that nothing around them was lost. */
const ends = ['0,CLOSED', '0,CONNECT'];

/** The other messages of a modem. */
const words = [
  ...['OK', 'ERROR', 'FAIL', 'SEND OK', 'SEND FAIL', 'Recv 0 bytes', 'busy p...', 'busy s...', 'ready'],
  ...['WIFI CONNECTED', 'WIFI GOT IP', 'WIFI DISCONNECT'],
  ...['0,0,SEND OK', '0,0,SEND FAIL'],
];
/** The most bytes that a word may lack and still be recognised. */
const mostMissing = 4;

/**
 * A message about a link, or a header, after other text, because the line end between them was lost. The number of the
 * link may be lost as well: `OK,CLOSED`.
 */
const glued =
  /\+IPD,|\+C(?:IP|W)[A-Z]+[:,]|\d,(?:CLOSED|CONNECT)|,(?:CLOSED|CONNECT(?: FAIL)?)$|\SWIFI (?:CONNECTED|GOT IP|DISCONNECT)$/;

/**
 * A message with a name, `+MQTTCONNECTED:0`. Anything else that begins with a plus, and a name that could be that of a
 * header, counts as the beginning of a header with data after it.
 */
const name = /^\+(?!IPD|IP[^A-Z_])[A-Z]\w{2,}(?:[:=, ]|$)/;

/** The end of an address or a length, and the text after it. A time of day does not match. */
const numberedEnd = /^[,:]|^\d{1,4}:(?!\d\d)/;

/** The ends of the names of answers to the driver, whose beginnings are lost. */
const nameEnd =
  /^(?:C?IP)?(?:P?STATUS|P?RECVLEN|P?MUX|P?DOMAIN|I?FSR|W?JAP|W?LAP|P?STA|P?AP|P?SNTPTIME|W?MODE)(?:_CUR)?:/;

/** The echo of a command that has lost its beginning. */
const echoEnd = /^T?\+[A-Z_]{3,}[=?]/;

/**
 * Whether an unknown line shows that bytes were lost: its beginning is missing, it is a piece of a header or of a
 * message, it is not text, or it is too long for a line. Any other line is news.
 */
export function isFragment(text: string): boolean {
  const plain = withoutColour(text);
  if (plain === '' && text !== '') return false;
  if (plain.length < 3 || Buffer.byteLength(text) > longestNews || !isText(plain)) return true;
  return isFragmentBeginning(plain) || isCutResult(plain) || isNearWord(digitless(plain)) || isNearMessage(plain);
}

/**
 * Whether a result of a send is damaged. A result is a word in capitals, perhaps of another maker. Anything else is the
 * rest of two lines.
 */
function isCutResult(text: string): boolean {
  const [, word] = /^SEND (.*)$/s.exec(text) ?? [];
  return word !== undefined && (!/^[A-Z]{3,}$/.test(word) || isNearMessage(word));
}

/** The same as `isFragment` for the first bytes of a line whose end has not come yet, in Latin-1. */
export function isFragmentBeginning(text: string): boolean {
  if (glued.test(text) || numberedEnd.test(text)) return true;
  if (nameEnd.test(text) || echoEnd.test(text)) return true;
  if (text.startsWith('+') && !isNamed(text)) return true;
  return isNearHeader(text);
}

/** Whether a line end was lost inside a line. A message with a name may contain anything, so it is not searched. */
export function isGlued(text: string): boolean {
  return text.includes('\r') || (!text.startsWith('+') && glued.test(text));
}

/**
 * Whether a text is a message of the modem with bytes missing or changed in its middle. Then no other bytes were lost.
 */
export function isGarbledWord(text: string): boolean {
  const shape = digitless(text);
  const candidates = /^[0-4],C/.test(text) ? ends : words;
  return candidates.some(
    (word) =>
      shape.startsWith(word.charAt(0)) && shape.endsWith(word.slice(-1)) && word.length > 2 && isNear(shape, word),
  );
}

/** Whether a text is what the line has left of the message that the network is lost, with or without others around it. */
export function isNearDisconnect(text: string): boolean {
  const [message, other] = ['WIFI DISCONNECT', 'WIFI CONNECTED'];
  // Between quotes it may be the name of a network.
  const said = text.replace(/".*"/s, '');
  const hasMore = isPiece(message, said, 1);
  return said.includes(message) || hasMore || (isNear(said, message) && !isNear(said, other));
}

/** Whether a line is a message with a name: `+ETH_GOT_IP:192.0.2.9`. */
export function isNamed(text: string): boolean {
  return name.test(text);
}

/** Whether a text is printable, and its bytes were UTF-8. */
export function isText(text: string): boolean {
  return !/[^\P{Cc}\t]|\ufffd/u.test(text);
}

function digitless(text: string): string {
  return text.replace(/\d+/g, '0');
}

function isNearMessage(text: string): boolean {
  if (text.length > 20) return false;
  const shape = digitless(text);
  return messages.some(
    (message) => shape === message || isPiece(shape, message, message.length) || hasOthers(shape, message),
  );
}

function isNearHeader(text: string): boolean {
  const end = text.indexOf(':');
  if (end < 0 || end > 40) return false;
  const shape = digitless(text.slice(0, end + 1));
  return headers.some((header) => isPiece(shape, header, header.length - 3) || hasOthers(shape, header));
}

function isNearWord(shape: string): boolean {
  return shape.length < 16 && words.some((word) => isNear(shape, word));
}

function isNear(shape: string, word: string): boolean {
  return isPiece(shape, word, mostMissing) || hasOthers(shape, word);
}

/** Whether a text is `whole` without up to `most` adjacent bytes. */
function isPiece(text: string, whole: string, most: number): boolean {
  const missing = whole.length - text.length;
  if (missing <= 0 || missing > most) return false;
  let front = 0;
  while (front < text.length && text[front] === whole[front]) front++;
  return whole.endsWith(text.slice(front));
}

/** Whether a text is `whole` with a few bytes changed. */
function hasOthers(text: string, whole: string): boolean {
  if (text.length !== whole.length || text === whole) return false;
  const changed = Array.from(whole).filter((letter, at) => letter !== text[at]).length;
  return changed <= Math.min(3, whole.length / 3);
}

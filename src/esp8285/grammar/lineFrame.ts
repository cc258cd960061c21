import { isFirmwareLine, withoutColour } from './firmwareLine';
import { isFragment, isGarbledWord, isGlued, isNamed, isText } from './fragment';
import type { Frame } from './frame';

type Recognise = (match: RegExpExecArray) => Frame;

/** The lines that have a meaning by themselves, whatever command is in flight. */
const table: readonly (readonly [RegExp, Recognise])[] = [
  [/^OK$/, () => ({ kind: 'final', result: 'OK' })],
  [/^ERROR$/, () => ({ kind: 'final', result: 'ERROR' })],
  [/^FAIL$/, () => ({ kind: 'final', result: 'FAIL' })],
  // AT 1.x says `busy p...` with a command and `busy s...` with a send, AT 0.9 `busy now ...`.
  [/^busy (?:p|s|now )\.\.\.$/, () => ({ kind: 'busy' })],
  [/^Recv (\d+) bytes$/, ([, length]) => ({ kind: 'taken', length: Number(length) })],
  [/^SEND (OK|FAIL)$/, ([, result]) => ({ kind: 'sent', ok: result === 'OK' })],
  [
    /^([0-4]),(\d{1,10}),SEND (OK|FAIL)$/,
    ([, link, segment, result]) => ({
      kind: 'segment',
      link: linkOf(link),
      segment: Number(segment),
      ok: result === 'OK',
    }),
  ],
  [
    /^\+IPD,(?:([0-4]),)?(\d{1,10})$/,
    ([, link, length]) => ({ kind: 'notice', link: linkOf(link), length: Number(length) }),
  ],
  [/^(?:([0-4]),)?CONNECT$/, ([, link]) => ({ kind: 'opened', link: linkOf(link) })],
  // A link of a server can end with `CONNECT FAIL`.
  [/^(?:([0-4]),)?(?:CLOSED|CONNECT FAIL)$/, ([, link]) => ({ kind: 'closed', link: linkOf(link) })],
  // Bit 1 of `AT+SYSMSG`: status 0 is an opened link, 1 a start that has failed.
  [/^\+LINK_CONN:0,([0-4]),/, ([, link]) => ({ kind: 'opened', link: linkOf(link) })],
  [/^AT.*([0-4]),CONNECT$/, ([, link]) => ({ kind: 'opened', link: linkOf(link) })],
  [/^AT.*([0-4]),CLOSED$/, ([, link]) => ({ kind: 'closed', link: linkOf(link) })],
  [/^WIFI CONNECTED$/, () => ({ kind: 'wifi', event: 'connected' })],
  [/^WIFI GOT IP$/, () => ({ kind: 'wifi', event: 'gotAddress' })],
  [/^WIFI DISCONNECT$/, () => ({ kind: 'wifi', event: 'disconnected' })],
  [/^\+STA_CONNECTED:"([\da-fA-F:]{17})"$/, ([, mac = '']) => ({ kind: 'station', event: 'joined', mac })],
  [/^\+STA_DISCONNECTED:"([\da-fA-F:]{17})"$/, ([, mac = '']) => ({ kind: 'station', event: 'left', mac })],
  [
    /^\+DIST_STA_IP:"([\da-fA-F:]{17})","([\d.]{7,15})"$/,
    ([, mac = '', address = '']) => ({ kind: 'station', event: 'gotAddress', mac, address }),
  ],
  [/^(?!\+).*(?:ets Jan|rst cause:|wdt reset|Soft WDT|Fatal exception)/s, () => ({ kind: 'booting' })],
  // The boot ROMs of the ESP32 family, where the log shares the line (zephyr issue 69530, esp-at issue 887).
  [/^(?:ets J[a-z]+ +\d|ESP-ROM:|rst:0x)/, () => ({ kind: 'booting' })],
];

/** Whether a message about a link has interrupted the echo of a command (seen on AT 1.5): `AT+CIPSEND=0,1,CONNECT`. */
export function isCutEcho(text: string): boolean {
  return /^AT.*[0-4],(?:CONNECT|CLOSED)$/.test(text);
}

/** Messages without a link number, as with `AT+CIPMUX=0`. */
const unnumbered = /^(?:\+IPD,\d+|CONNECT|CLOSED|CONNECT FAIL)$/;

/** Lines that only a start prints, except `ready`, and a prompt that is not expected. */
const ofStart =
  /^(?:load 0x|tail \d|chksum 0x|csum 0x|2nd boot|SPI |jump to run|ho \d+ tail|Invalid$|waiting for host|> ?$)/;

/**
 * Whether a line is the echo of a command. The driver turns the echo off, so the modem has most likely started again.
 */
export function isEcho(text: string): boolean {
  return /^AT(?:$|E[01]|\+[A-Z])/.test(text);
}

/**
 * Returns the frame of a line.
 *
 * @param numbersLinks Whether the modem numbers its links. A message about a link without a number is then damaged.
 * @param numbers The line of numbers that an answer is expected to contain.
 */
export function lineFrame(text: string, numbersLinks = false, numbers?: RegExp): Frame {
  const plain = withoutColour(text);
  if (numbers?.test(plain)) return { kind: 'line', text };
  if (numbersLinks && unnumbered.test(plain)) return { kind: 'fragment', text };
  for (const [pattern, recognise] of table) {
    const match = pattern.exec(plain);
    if (match) return recognise(match);
  }
  if (isFirmwareLine(text) || isEcho(text)) return { kind: isGlued(text) ? 'fragment' : 'line', text };
  if (/ready$/i.test(plain)) return readyFrame(text);
  // A modem that has started again says this, too. If a byte is lost inside a word, no other bytes were lost.
  if (ofStart.test(plain) || isGarbledWord(plain)) return { kind: 'unknown', text, isDoubtful: true };
  return isFragment(text) ? { kind: 'fragment', text } : { kind: 'unknown', text };
}

/**
 * Boot text is printed at another speed, so the `ready` of a start often comes directly after noise, or after an
 * address that is printed last. After other text, `ready` may be a message of another maker, so the driver asks the
 * modem.
 */
function readyFrame(text: string): Frame {
  const before = text.slice(0, -'ready'.length);
  const isGlued = !isText(withoutColour(before)) || /0x[\da-f]+$/i.test(before);
  if (text.endsWith('ready') && (before === '' || isGlued)) return { kind: 'booted' };
  return isNamed(text) ? { kind: 'unknown', text } : { kind: 'unknown', text, isDoubtful: true };
}

/** Returns the number of a link, which is 0 for the only link of `AT+CIPMUX=0`. */
function linkOf(digits: string | undefined): number {
  return Number(digits ?? 0);
}

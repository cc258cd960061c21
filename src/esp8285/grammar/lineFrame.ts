import type { Frame } from './frame';

type Recognise = (match: RegExpExecArray) => Frame;

/** The lines that mean something by themselves, whatever command is in flight. */
const table: readonly (readonly [RegExp, Recognise])[] = [
  [/^OK$/, () => ({ kind: 'final', result: 'OK' })],
  [/^ERROR$/, () => ({ kind: 'final', result: 'ERROR' })],
  [/^FAIL$/, () => ({ kind: 'final', result: 'FAIL' })],
  // AT 1.x says which: `busy p...` a command, `busy s...` a send; the 0.9 line `busy now ...`.
  [/^busy (?:p|s|now )\.\.\.$/, () => ({ kind: 'busy' })],
  [/^Recv (\d+) bytes$/, ([, length]) => ({ kind: 'taken', length: Number(length) })],
  [/^SEND (OK|FAIL)$/, ([, result]) => ({ kind: 'sent', ok: result === 'OK' })],
  [
    /^\+IPD,(?:([0-4]),)?(\d{1,10})$/,
    ([, link, length]) => ({ kind: 'notice', link: linkOf(link), length: Number(length) }),
  ],
  [/^(?:([0-4]),)?CONNECT$/, ([, link]) => ({ kind: 'opened', link: linkOf(link) })],
  // A link of a server can end in CONNECT FAIL.
  [/^(?:([0-4]),)?(?:CLOSED|CONNECT FAIL)$/, ([, link]) => ({ kind: 'closed', link: linkOf(link) })],
  // AT+SYSMSG bit 1: status 0 is an opened link, 1 a start that failed.
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
  // Boot text is printed at another speed: `ready` is often glued to noise on its left.
  [/^(?!\+).*ready$/s, () => ({ kind: 'booted' })],
  [/^(?!\+).*(?:ets Jan|rst cause:|wdt reset|Soft WDT|Fatal exception)/s, () => ({ kind: 'booting' })],
];

/** Whether a message of a link has cut into the echo of a command (seen on AT 1.5): `AT+CIPSEND=0,1,CONNECT`. */
export function isCutEcho(text: string): boolean {
  return /^AT.*[0-4],(?:CONNECT|CLOSED)$/.test(text);
}

/** Of the one link there is, as with `AT+CIPMUX=0`. */
const unnumbered = /^(?:\+IPD,\d+|CONNECT|CLOSED|CONNECT FAIL)$/;

/**
 * Says what a line means.
 *
 * @param several The modem numbers its links: a line that says of none what is said of links is damaged.
 */
export function lineFrame(text: string, several = false): Frame {
  if (several && unnumbered.test(text)) return { kind: 'line', text };
  for (const [pattern, recognise] of table) {
    const match = pattern.exec(text);
    if (match) return recognise(match);
  }
  return { kind: 'line', text };
}

/** With `AT+CIPMUX=0` the one link has no number. */
function linkOf(digits: string | undefined): number {
  return Number(digits ?? 0);
}

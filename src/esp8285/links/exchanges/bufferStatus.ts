import { map, type Observable } from 'rxjs';

import { firstMatch } from '../../commands/answerLines';
import { common } from '../../commands/catalogue';
import { ifRefused } from '../../executor/answer';
import { ask, type Exchange, usualDeadline } from '../../executor/exchange';
import type { Wire } from '../../executor/wire';
import { lookUpLink } from './linkList';

/** What the modem says about the send buffer of a link. */
export interface BufferStatus {
  /** The number that the next segment will have. */
  readonly next: number;
  /** The last segment that is acknowledged. */
  readonly acknowledged: number;
  /** How many bytes the buffer has room for. */
  readonly room: number;
}

/** Five numbers: the next segment, the last one sent, the last one acknowledged, the room, and the free places in a queue. */
const numbers = /^(\d{1,10}),(\d{1,10}),(\d{1,10}),(\d{1,10}),\d{1,10}$/;

/**
 * Asks for the state of the send buffer of a link. Emits `'gone'` if the modem does not have the link, and `undefined` if
 * it does not say anything that makes sense.
 */
export function bufferStatusExchange(link: number): Exchange<BufferStatus | 'gone' | undefined> {
  const command = common.askSendBuffer(link);
  return {
    shown: command.shown,
    deadline: usualDeadline,
    converse: (wire) =>
      wire.expectingNumbers(numbers, ask(wire, command)).pipe(map(statusOf), ifRefused(refused(wire, link))),
  };
}

/** The modem refuses for a link that is not open. It also refuses a command that the line has damaged. */
function refused(wire: Wire, link: number): Observable<'gone' | undefined> {
  return lookUpLink(wire, link).pipe(map(({ isThere }) => (isThere === false ? 'gone' : undefined)));
}

function statusOf(lines: readonly string[]): BufferStatus | undefined {
  const found = firstMatch(lines, numbers);
  if (!found) return undefined;
  const [next = 0, sent = 0, acknowledged = 0, room = 0] = found.slice(1).map(Number);
  return acknowledged <= sent && sent < next ? { next, acknowledged, room } : undefined;
}

import { concatMap, map, type Observable, of } from 'rxjs';

import { firstMatch } from '../../commands/answerLines';
import { common } from '../../commands/catalogue';
import { ifRefused } from '../../executor/answer';
import { ask, type Exchange, usualDeadline } from '../../executor/exchange';
import type { Wire } from '../../executor/wire';
import { askForLinks, type LinkList } from './linkList';

/** What the modem says about its links, by link number. */
export interface LinkStatus {
  /** Bytes that wait; `undefined` for a link of which the modem does not say it. */
  readonly waiting: readonly (number | undefined)[];
  /** The numbers of the open links; `undefined` when the answer makes no sense. */
  readonly open: ReadonlySet<number> | undefined;
}

/**
 * Asks for the state of all links, because the line may have lost a notice or a `CLOSED`.
 *
 * @param countsWaiting Whether the firmware holds data back, and can be asked how many bytes.
 */
export function statusExchange(countsWaiting: boolean): Exchange<LinkStatus> {
  return {
    shown: common.status.shown,
    deadline: usualDeadline,
    converse: (wire) =>
      (countsWaiting ? askWaiting(wire) : of([])).pipe(
        concatMap((waiting) => askForLinks(wire).pipe(map((list) => ({ waiting, open: openOf(list) })))),
      ),
  };
}

/** Asks how many bytes wait on each link. A refusal, or an answer that is damaged, says nothing: the list is empty. */
export function askWaiting(wire: Wire): Observable<readonly (number | undefined)[]> {
  return ask(wire, common.waiting).pipe(map(waitingOf), ifRefused(of([])));
}

/** For a link that is not open, AT 1.7 says 0 and ESP-AT -1. The manual of ESP-AT shows nothing between the commas. */
function waitingOf(lines: readonly string[]): readonly (number | undefined)[] {
  const lengths = firstMatch(lines, /^\+CIPRECVLEN: *(-?\d*(?: *, *-?\d*){4}) *$/)?.[1];
  return (lengths?.split(',') ?? []).map((length) => (/^ *\d+ *$/.test(length) ? Number(length) : undefined));
}

function openOf({ links, isComplete }: LinkList): ReadonlySet<number> | undefined {
  return isComplete ? new Set(links.map(({ id }) => id)) : undefined;
}

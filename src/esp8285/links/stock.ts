import { concatMap, map, of } from 'rxjs';

import { common } from '../commands/catalogue';
import { firstMatch } from '../commands/answerLines';
import { ifRefused } from '../executor/answer';
import { ask, type Exchange, usualDeadline } from '../executor/exchange';
import { askForLinks, type LinkList } from './linkList';

/** What the modem says that it has, by link number. */
export interface Stock {
  /** Bytes that wait; `undefined` where it does not say. */
  readonly lengths: readonly (number | undefined)[];
  /** Links that are open; `undefined` when what it said of them makes no sense. */
  readonly open: ReadonlySet<number> | undefined;
}

/**
 * Asks what the modem has. Notices and ends may be lost on the line; this is what they have said.
 *
 * @param passive The firmware holds data back, and can be asked how many.
 */
export function stockExchange(passive: boolean): Exchange<Stock> {
  return {
    shown: common.status.shown,
    deadline: usualDeadline,
    converse: (wire) => {
      // A refusal says nothing of the links.
      const lengths$ = passive ? ask(wire, common.waiting).pipe(map(lengthsOf), ifRefused(of([]))) : of([]);
      return lengths$.pipe(
        concatMap((lengths) => askForLinks(wire).pipe(map((list) => ({ lengths, open: openOf(list) })))),
      );
    },
  };
}

/** AT 1.7 says 0 of a link that is not open, ESP-AT -1; its manual shows nothing at all between the commas. */
function lengthsOf(lines: readonly string[]): readonly (number | undefined)[] {
  const lengths = firstMatch(lines, /^\+CIPRECVLEN: *(-?\d*(?: *, *-?\d*){4}) *$/)?.[1] ?? '';
  return lengths.split(',').map((length) => (/^ *\d+ *$/.test(length) ? Number(length) : undefined));
}

function openOf({ links, isComplete }: LinkList): ReadonlySet<number> | undefined {
  return isComplete ? new Set(links.map(({ id }) => id)) : undefined;
}

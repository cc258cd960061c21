import { concat, map, toArray } from 'rxjs';

import { common } from '../commands/catalogue';
import { valuesOf } from '../executor/answer';
import { ask, type Exchange, usualDeadline } from '../executor/exchange';

/** What the modem says that it has, by link number. */
export interface Stock {
  /** Bytes that wait; `undefined` where it does not say. */
  readonly lengths: readonly (number | undefined)[];
  /** Links that are open; `undefined` when what it said of them makes no sense. */
  readonly open: ReadonlySet<number> | undefined;
}

const statusLine = /^\+CIPSTATUS:([0-4]),"[A-Za-z\d]+","[^"]*",\d+,\d+,[01]$/;

/**
 * Asks what the modem has. Notices and ends may be lost on the line; this is what they have said.
 *
 * @param passive The firmware holds data back, and can be asked how many.
 */
export function stockExchange(passive: boolean): Exchange<Stock> {
  return {
    shown: common.status.shown,
    deadline: usualDeadline,
    converse: (wire, scheduler) => {
      const commands = passive ? [common.waiting, common.status] : [common.status];
      return concat(...commands.map((command) => ask(wire, scheduler, command))).pipe(
        toArray(),
        map((answers) => ({ lengths: passive ? lengthsOf(answers[0] ?? []) : [], open: openOf(answers.at(-1) ?? []) })),
      );
    },
  };
}

/** AT 1.7 says 0 of a link that is not open, ESP-AT -1; its manual shows nothing at all between the commas. */
function lengthsOf(lines: readonly string[]): readonly (number | undefined)[] {
  const [lengths = ''] = valuesOf(lines, '+CIPRECVLEN:');
  if (!/^-?\d*(?:,-?\d*){4}$/.test(lengths)) return [];
  return lengths.split(',').map((length) => (/^\d+$/.test(length) ? Number(length) : undefined));
}

/** An answer with one line that is damaged says nothing: the link of that line is open. */
function openOf([status = '', ...lines]: readonly string[]): ReadonlySet<number> | undefined {
  const links = lines.map((line) => statusLine.exec(line)?.[1]);
  if (!/^STATUS:\d$/.test(status) || links.includes(undefined)) return undefined;
  return new Set(links.map(Number));
}

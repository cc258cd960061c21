import { map, type Observable, of } from 'rxjs';

import type { Endpoint } from '../../../usocket/contract/nic';
import { common } from '../../commands/catalogue';
import { ifRefused } from '../../executor/answer';
import { ask } from '../../executor/exchange';
import type { Wire } from '../../executor/wire';

/** A link in the modem's list. */
interface ListedLink {
  readonly id: number;
  readonly remote: Endpoint;
  /** Whether it is the connection of a client. */
  readonly isClients: boolean;
}

/** The modem's answer to the query which links it has. */
export interface LinkList {
  /** The links whose lines could be read. */
  readonly links: readonly ListedLink[];
  /** Whether the modem has no other links. False if a line was lost or damaged, or if the modem does not say. */
  readonly isComplete: boolean;
}

/** What the modem says about one link number. */
export interface Listing {
  /** `undefined` when the modem does not say, or when what it says makes no sense. */
  readonly isThere: boolean | undefined;
  /** Whether the link is the connection of a client. */
  readonly isClients: boolean;
}

// Number, type, address, port, the modem's own port (since AT 1.0), and whether it is a client's. Other makers put
// blanks between these, or add fields.
const linkLine =
  /^\+CIPSTAT(?:US|E): *(?<id>[0-4]) *, *"?[A-Za-z\d]+"? *, *"?(?<address>[\da-fA-F.:]*)"? *, *(?<port>\d+)(?: *, *\d+)*? *, *(?<side>[01])(?: *, *)?$/;
const statusLine = /^\+?(?:CIP)?STATUS: *\d$/;
/** Matches what may be left of a damaged line of a link. No unsolicited message contains it. */
const linkLike = /CIP|STAT|","|\d,\d/;

/** Asks for the links that the modem has. Newer firmware may refuse the old query and know the new one (esp-at issue 322). */
export function askForLinks(wire: Wire): Observable<LinkList> {
  const newer$ = ask(wire, common.askLinks).pipe(
    map((lines) => listOf(lines, true)),
    ifRefused(of({ links: [], isComplete: false })),
  );
  return ask(wire, common.status).pipe(
    map((lines) =>
      listOf(
        lines,
        lines.some((line) => statusLine.test(line)),
      ),
    ),
    ifRefused(newer$),
  );
}

/** Asks for the links that the modem has, and emits what the answer says about one number. */
export function lookUpLink(wire: Wire, id: number): Observable<Listing> {
  return askForLinks(wire).pipe(
    map(({ links, isComplete }) => {
      const link = links.find((each) => each.id === id);
      // A listed link is there, even if other lines are damaged.
      return { isThere: link ? true : isComplete ? false : undefined, isClients: link?.isClients ?? false };
    }),
  );
}

function listOf(lines: readonly string[], isWhole: boolean): LinkList {
  const rest = lines.filter((line) => !statusLine.test(line));
  const links = rest.map(listedLink).filter((link) => link !== undefined);
  // If a line is damaged, a link that is not listed may be the one of that line.
  const isComplete = isWhole && rest.every((line) => linkLine.test(line) || !linkLike.test(line));
  return { links, isComplete };
}

function listedLink(line: string): ListedLink | undefined {
  const found = linkLine.exec(line)?.groups;
  if (!found) return undefined;
  const { id, address = '', port, side } = found;
  return { id: Number(id), remote: { address, port: Number(port) }, isClients: side === '1' };
}

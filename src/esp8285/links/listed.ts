import { map, type Observable } from 'rxjs';

import type { Wire } from '../executor/wire';
import { askForLinks } from './linkList';

/** What the modem says of a link; `undefined` when it does not say, or what it says makes no sense. */
export interface Listing {
  readonly isThere: boolean | undefined;
  /** It is the connection of a client. */
  readonly isClients: boolean;
}

/** Asks for the links that the modem has, and emits whether one of that number is among them. */
export function listed(wire: Wire, id: number): Observable<Listing> {
  return askForLinks(wire).pipe(
    map(({ links, isComplete }) => {
      const link = links.find((each) => each.id === id);
      // A link that is told is there, whatever else is damaged.
      return { isThere: link ? true : isComplete ? false : undefined, isClients: link?.isClients ?? false };
    }),
  );
}

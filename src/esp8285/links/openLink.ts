import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  map,
  type Observable,
  of,
  retry,
  tap,
  throwError,
} from 'rxjs';

import type { Exchange } from '../executor/exchange';
import type { Settlement } from '../executor/turn';
import { Unanswered } from '../executor/unanswered';
import { isStale, type StartCommands, startExchange } from './exchanges/startExchange';
import type { Link } from './link';
import type { LinkCleaner } from './linkCleaner';
import type { LinkContext } from './linkContext';
import type { LinkLife } from './linkLife';
import type { LinkNumbers } from './linkNumbers';

/** How one kind of link is opened. */
export interface Start<T extends Link> {
  /** Makes the link. Throws an error if it may not be opened. */
  readonly make: (id: number, context: LinkContext) => T;
  /** The exchange that comes before, whichever number the link gets. */
  readonly prepare?: Exchange<unknown>;
  /** Makes the commands that open the link. Throws for arguments that cannot be sent. */
  readonly commandsOf: (link: T) => StartCommands;
  /** Makes the error of an attempt that failed. `link` is `undefined` if the attempt failed before it had a number. */
  readonly failure: (cause: unknown, link: T | undefined) => unknown;
}

export interface OpenLinkOptions {
  readonly context: LinkContext;
  readonly numbers: LinkNumbers<Link>;
  readonly cleaner: LinkCleaner;
  /** Whether clients may connect. */
  readonly isListening: () => boolean;
  /** The connection that has opened is that of a client. */
  readonly clientCame: (link: Link) => void;
}

/** The outcome of an attempt to open a link. */
type Opening =
  | 'opened'
  /** The link is not open, or the modem was not asked to open it. */
  | 'refused'
  /** The connection that has opened is that of a client, which was first. */
  | 'clientFirst'
  /** The modem has not said it. The link may be open, or may still open. */
  | 'unknown';

/** Opens a link, emits it and completes; the subscriber then owns it. Unsubscribing before that gives it up. */
export function openLink<T extends Link>(start: Start<T>, options: OpenLinkOptions): Observable<T> {
  const { context, numbers, cleaner } = options;
  const { executor } = context;
  return defer(() => {
    let link: T | undefined;
    return defer(() => {
      const made = start.make(numbers.next, context);
      const commands = start.commandsOf(made);
      // Only now, because the number must stay free if `commandsOf` throws.
      link = numbers.take(made);
      const exchange = startExchange(made.life, commands, {
        isOurs: () => numbers.at(made.id) === made,
        isListening: options.isListening,
      });
      const giveUp = () => {
        giveBack(made, options);
      };
      // At once, because the number was not asked for yet.
      const preparing$ = start.prepare
        ? executor.run(start.prepare).pipe(tap({ error: giveUp, unsubscribe: giveUp }))
        : EMPTY;
      const starting$ = executor.run(exchange, (settlement) => {
        settle(made, settlement, options);
      });
      return concat(preparing$.pipe(ignoreElements()), starting$.pipe(map(() => made)));
    }).pipe(
      // The table is wrong, and the modem is right. Another number is tried once. A link that has no owner is closed.
      retry({
        count: 1,
        delay: (error: unknown) => {
          if (!isStale(error) || !link) return throwError(() => error);
          return numbers.at(link.id) ? of(true) : cleaner.close(link.life);
        },
      }),
      catchError((cause: unknown) => throwError(() => start.failure(cause, link))),
    );
  });
}

/** Handles the outcome of a start, whether or not the caller still waits for the link. */
function settle(link: Link, settlement: Settlement<unknown>, options: OpenLinkOptions): void {
  switch (openingOf(settlement, link.life)) {
    case 'opened':
      if (!settlement.isAwaited) options.cleaner.discard(link.life);
      break;
    case 'clientFirst':
      options.clientCame(link);
      break;
    case 'unknown':
      options.cleaner.discard(link.life);
      break;
    case 'refused':
      giveBack(link, options);
      break;
  }
}

function openingOf(settlement: Settlement<unknown>, life: LinkLife): Opening {
  if (settlement.end === 'done') return 'opened';
  if (settlement.end === 'withdrawn' || !life.hasBegun || life.isOver) return 'refused';
  if (isStale(settlement.cause) && life.hasOpened) return 'clientFirst';
  return settlement.cause instanceof Unanswered || life.hasOpened ? 'unknown' : 'refused';
}

/**
 * Frees the number of a link that was not opened, unless a client has it by now. The modem may have been prepared for the
 * link, so the receive mode is restored.
 */
function giveBack(link: Link, { numbers, cleaner }: OpenLinkOptions): void {
  if (numbers.at(link.id) === link) numbers.release(link.id);
  cleaner.adjustMode();
}

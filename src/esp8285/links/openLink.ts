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
import type { Settlement } from '../executor/executor';
import { Unanswered } from '../executor/unanswered';
import { isStale, type StartCommands, startExchange } from './exchanges/startExchange';
import type { Link } from './link';
import type { LinkCleaner } from './linkCleaner';
import type { LinkContext } from './linkContext';
import type { LinkLife } from './linkLife';
import type { LinkNumbers } from './linkNumbers';

/** How one kind of link is opened. */
export interface Start<T extends Link> {
  /** Makes the link. Throws what forbids it. */
  readonly make: (id: number, context: LinkContext) => T;
  /** What has to be done before, whichever number the link gets. */
  readonly prepare?: Exchange<unknown>;
  /** Makes the commands that open the link. Throws for arguments that cannot be sent. */
  readonly commandsOf: (link: T) => StartCommands;
  /** Makes the error of an attempt that failed. There is no link when the attempt failed before it got a number. */
  readonly failure: (cause: unknown, link: T | undefined) => unknown;
}

export interface OpenLinkOptions {
  readonly context: LinkContext;
  readonly numbers: LinkNumbers<Link>;
  readonly cleaner: LinkCleaner;
  /** Whether clients may come. */
  readonly isListening: () => boolean;
  /** What has opened is the connection of a client. */
  readonly clientCame: (link: Link) => void;
}

/** What became of an attempt to open a link. */
type Opening =
  | 'opened'
  /** The link is not open, or was never asked for. */
  | 'refused'
  /** The connection that has opened is a client's, who was first. */
  | 'clientFirst'
  /** The modem has not told: the link may be open, or may still open. */
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
      // Only now, because what `commandsOf` throws must leave the number free.
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
      // Our table is wrong, the modem's is right. Another number is tried, once. A link that nobody has is closed.
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

/** Takes care of a link by what became of its start, whether or not the caller still waits for it. */
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

/** The link was not opened, but the modem may have been prepared for it. A client may have its number by now. */
function giveBack(link: Link, { numbers, cleaner }: OpenLinkOptions): void {
  if (numbers.at(link.id) === link) numbers.release(link.id);
  cleaner.settle();
}

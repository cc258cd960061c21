import {
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  take,
  tap,
  throwError,
} from 'rxjs';

import type { Command } from '../commands/command';
import { Refusal } from '../executor/answer';
import { answeredWithin } from '../executor/answeredWithin';
import type { Settlement } from '../executor/executor';
import { askOnce, type Exchange, tryTo, usualDeadline } from '../executor/exchange';
import { AnswerLost, Unanswered } from '../executor/unanswered';
import { certainAtOnce, quiet } from '../executor/whileAtWork';
import { isFirmwareLine } from '../grammar/firmwareLine';
import type { Wire } from '../executor/wire';
import { listed } from './listed';
import type { LinkContext, NumberedLink } from './numberedLink';
import { isTaken } from './reasons';

/** Milliseconds: the modem itself gives up after 18 to 75 s. */
const startDeadline = 60_000;

/** What the modem says when it has a connection of that number already. ESP-AT says nothing, and is asked. */
const alreadyConnected = 'ALREADY CONNECTED';

/** How one kind of link is opened. */
export interface Start<T extends NumberedLink> {
  /** Throws what forbids it. */
  readonly make: (id: number, context: LinkContext) => T;
  /** What has to be done before, whichever number the link gets. */
  readonly prepare?: Exchange<unknown>;
  /** The command that opens it, and those in front of it, without which it is opened too if they are refused. */
  readonly commandsOf: (link: T) => { readonly before?: readonly Command[]; readonly start: Command };
  /** Makes the error of an attempt that failed; without a link it had not begun. */
  readonly failure: (cause: unknown, link: T | undefined) => unknown;
}

/** What the conversation of a start has to know of the table of links. */
export interface StartConditions {
  /** Whether the number is still reserved for the link: the modem may have given it to a client. */
  readonly isOurs: () => boolean;
  /** Whether clients may come: a connection that opens need not be ours then. */
  readonly isListening: () => boolean;
}

/** What became of an attempt to open a link. */
export type Opening =
  | 'opened'
  /** The link is not open, or was never asked for. */
  | 'refused'
  /** The connection that has opened is that of a client, who was first. */
  | 'takenByClient'
  /** The modem has not told: the link may be open, or may still open. */
  | 'unknown';

export function openingOf(settlement: Settlement<unknown>, link: NumberedLink): Opening {
  if (settlement.end === 'done') return 'opened';
  if (settlement.end === 'withdrawn' || !link.begun) return 'refused';
  if (isStale(settlement.cause) && link.hasOpened) return 'takenByClient';
  return settlement.cause instanceof Unanswered || link.hasOpened ? 'unknown' : 'refused';
}

/** Opens a link: the conversation, and how long the modem took over one that failed. */
export function startExchange<T extends NumberedLink>(
  link: T,
  { before = [], start }: ReturnType<Start<T>['commandsOf']>,
  { isOurs, isListening }: StartConditions,
): Exchange<T> {
  return {
    shown: start.shown,
    deadline: startDeadline + usualDeadline,
    converse: (wire) =>
      defer(() => {
        // What the modem would answer is known.
        if (!isOurs()) throw takenByClientFirst(start.shown);
        const isCertain = () => link.isOpen && !isListening();
        const opened$ = wire.frames$.pipe(
          filter((frame) => frame.kind === 'opened' && frame.link === link.id && isCertain()),
          map(() => link),
        );
        link.begun = true;
        return converse(wire, link, before, start, isCertain).pipe(
          certainAtOnce(opened$),
          tap({
            error: (cause: unknown) => {
              // From now on a `CONNECT` with this number is that of a client.
              if (!(cause instanceof Unanswered)) link.begun = link.hasOpened;
            },
          }),
        );
      }),
  };
}

function converse<T extends NumberedLink>(
  wire: Wire,
  link: T,
  before: readonly Command[],
  start: Command,
  isCertain: () => boolean,
): Observable<T> {
  let begun = 0;
  // A busy modem has not begun.
  const watchingBusy$ = wire.frames$.pipe(
    tap(({ kind }) => {
      if (kind === 'busy') begun = wire.clock.now();
    }),
    ignoreElements(),
  );
  const start$ = defer(() => {
    begun = wire.clock.now();
    return askOnce(wire, start);
  });
  const preparing$ = before.map((command) => tryTo(wire, command));
  return merge(concat(...preparing$, start$), watchingBusy$).pipe(
    take(1),
    concatMap(() => (link.hasOpened ? of(link) : lookFor(wire, link, start))),
    catchError((error: unknown) =>
      error instanceof AnswerLost && !isCertain() ? find(wire, link, error) : throwError(() => error),
    ),
    answeredWithin(startDeadline, start.shown, wire),
    catchError((cause: unknown) => {
      // One whose word was lost was heard of by then.
      const sooner = cause instanceof Refusal && cause.result === 'FAIL' ? quiet : 0;
      link.tookToStart = wire.clock.now() - begun - sooner;
      return cause instanceof Refusal && cause.result === 'ERROR' && !cause.lines.some(isFirmwareLine)
        ? explain(wire, link, cause)
        : throwError(() => cause);
    }),
  );
}

function takenByClientFirst(shown: string): Refusal {
  return new Refusal(shown, 'ERROR', [alreadyConnected], `${shown} was not said: a client has come on this link`);
}

/** Whether the modem takes the number for one in use. */
export function isStale(error: unknown): boolean {
  return error instanceof Refusal && isTaken(error);
}

/** AT 1.x has been seen to say `OK` to a start that failed; or the line has lost its `CONNECT`. */
function lookFor<T extends NumberedLink>(wire: Wire, link: T, { shown }: Command): Observable<T> {
  return has(wire, link).pipe(
    map((isThere) => {
      if (!isThere) throw Refusal.without('CONNECT', shown);
      link.opened();
      return link;
    }),
  );
}

/** A bare `ERROR` is the word of the peer, or of a modem that has a connection of this number: it says which it has. */
function explain(wire: Wire, link: NumberedLink, refusal: Refusal): Observable<never> {
  return has(wire, link).pipe(
    map((isTaken) => {
      throw isTaken ? new Refusal(refusal.shown, refusal.result, [alreadyConnected]) : refusal;
    }),
  );
}

/** The modem is done, and how was lost on the line: which links it has tells. */
function find<T extends NumberedLink>(wire: Wire, link: T, lost: AnswerLost): Observable<T> {
  const message = `${lost.message}; it does not have the link`;
  return listed(wire, link.id).pipe(
    map(({ isThere, isClients }) => {
      if (isThere === undefined && !link.isOpen) throw lost;
      if (isThere === false) throw new Refusal(lost.shown, 'FAIL', lost.lines, message);
      if (isClients) throw new Refusal(lost.shown, 'ERROR', [alreadyConnected]);
      link.opened();
      return link;
    }),
  );
}

function has(wire: Wire, { id }: NumberedLink): Observable<boolean> {
  return listed(wire, id).pipe(map(({ isThere }) => isThere === true));
}

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

import type { Command } from '../../commands/command';
import { Refusal } from '../../executor/answer';
import { answeredWithin } from '../../executor/answeredWithin';
import { certainAtOnce } from '../../executor/certainAtOnce';
import { askOnce, type Exchange, tryTo, usualDeadline } from '../../executor/exchange';
import { quiet } from '../../executor/probeWhenQuiet';
import { AnswerLost } from '../../executor/unanswered';
import type { Wire } from '../../executor/wire';
import { isFirmwareLine } from '../../grammar/firmwareLine';
import { lookUpLink } from './linkList';
import { isNumberInUse } from './reasons';

/** Milliseconds. The modem itself gives up after 18 to 75 s. */
const startDeadline = 60_000;

/** The words of a modem that already has a link of that number. ESP-AT gives no reason, so it is asked. */
const alreadyConnected = 'ALREADY CONNECTED';

/** What the conversation needs of the link that is being opened. */
export interface StartingLink {
  readonly id: number;
  readonly isOpen: boolean;
  readonly hasOpened: boolean;
  /** Milliseconds that the modem took for a start that failed. */
  tookToStart: number;
  /** The modem is asked to open the link. */
  begin(): void;
  /** The modem has refused. */
  refused(): void;
  /** The modem has the link, though its `CONNECT` was not heard. */
  opened(): void;
}

/**
 * The command that opens a link, and the commands before it. If the modem refuses one of the latter, the link is opened
 * without it.
 */
export interface StartCommands {
  readonly before?: readonly Command[];
  readonly start: Command;
}

/** What the conversation needs to know of the other links. */
export interface StartConditions {
  /** Whether the number is still reserved for the link: the modem may have given it to a client. */
  readonly isOurs: () => boolean;
  /** Whether clients may connect. A connection that opens may then be that of a client. */
  readonly isListening: () => boolean;
}

/** Opens a link. Emits as soon as it is certain to be open. */
export function startExchange(
  link: StartingLink,
  { before = [], start }: StartCommands,
  { isOurs, isListening }: StartConditions,
): Exchange<unknown> {
  return {
    shown: start.shown,
    deadline: startDeadline + usualDeadline,
    converse: (wire) =>
      defer(() => {
        // The number is in use, so the modem would refuse the command.
        if (!isOurs()) throw clientWasFirst(start.shown);
        const isCertain = () => link.isOpen && !isListening();
        const opened$ = wire.frames$.pipe(
          filter((frame) => frame.kind === 'opened' && frame.link === link.id && isCertain()),
        );
        link.begin();
        return converse(wire, link, before, start, isCertain).pipe(
          certainAtOnce<unknown>(opened$),
          tap({
            error: (cause: unknown) => {
              if (cause instanceof Refusal) link.refused();
            },
          }),
        );
      }),
  };
}

function converse(
  wire: Wire,
  link: StartingLink,
  before: readonly Command[],
  start: Command,
  isCertain: () => boolean,
): Observable<unknown> {
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
    concatMap(() => (link.hasOpened ? of(true) : lookFor(wire, link, start))),
    catchError((error: unknown) =>
      error instanceof AnswerLost && !isCertain() ? find(wire, link, error) : throwError(() => error),
    ),
    answeredWithin(startDeadline, start.shown, wire),
    catchError((cause: unknown) => {
      // If the answer was lost, the driver has found that out only after this time.
      const sooner = cause instanceof Refusal && cause.result === 'FAIL' ? quiet : 0;
      link.tookToStart = wire.clock.now() - begun - sooner;
      return cause instanceof Refusal && cause.result === 'ERROR' && !cause.lines.some(isFirmwareLine)
        ? explain(wire, link, cause)
        : throwError(() => cause);
    }),
  );
}

function clientWasFirst(shown: string): Refusal {
  return new Refusal(shown, 'ERROR', [alreadyConnected], `${shown} was not said: a client has come on this link`);
}

/** Whether a start was refused because the modem has a link of that number. */
export function isStale(error: unknown): boolean {
  return error instanceof Refusal && isNumberInUse(error);
}

/**
 * The answer was `OK` without a `CONNECT`. AT 1.x has been seen to answer so to a start that failed, or the line has
 * lost the `CONNECT`.
 */
function lookFor(wire: Wire, link: StartingLink, { shown }: Command): Observable<unknown> {
  return has(wire, link).pipe(
    tap((isThere) => {
      if (!isThere) throw Refusal.without('CONNECT', shown);
      link.opened();
    }),
  );
}

/**
 * A bare `ERROR` comes when the peer refuses, and when the modem has a link of this number. The list of links tells. If
 * the link has opened and is not that of a client, the line has changed the result.
 */
function explain(wire: Wire, link: StartingLink, refusal: Refusal): Observable<unknown> {
  return lookUpLink(wire, link.id).pipe(
    map(({ isThere, isClients }) => {
      if (isThere !== true) throw refusal;
      if (isClients || !link.hasOpened) throw new Refusal(refusal.shown, refusal.result, [alreadyConnected]);
    }),
  );
}

/** The modem has finished, and the line has lost the result. The list of links tells it. */
function find(wire: Wire, link: StartingLink, lost: AnswerLost): Observable<unknown> {
  const message = `${lost.message}; it does not have the link`;
  return lookUpLink(wire, link.id).pipe(
    tap(({ isThere, isClients }) => {
      if (isThere === undefined && !link.isOpen) throw lost;
      if (isThere === false) throw new Refusal(lost.shown, 'FAIL', lost.lines, message);
      if (isClients) throw new Refusal(lost.shown, 'ERROR', [alreadyConnected]);
      link.opened();
    }),
  );
}

function has(wire: Wire, { id }: StartingLink): Observable<boolean> {
  return lookUpLink(wire, id).pipe(map(({ isThere }) => isThere === true));
}

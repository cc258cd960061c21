import {
  catchError,
  concatMap,
  defer,
  filter,
  ignoreElements,
  of,
  type Observable,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
  TimeoutError,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { Refusal } from './answer';
import { longestBusy } from './answeredWithin';
import { insist } from './insist';
import { type LinkMode, linkModeOf } from './livenessProbe';
import type { Wire } from './wire';

/** Milliseconds of silence before the query is repeated, and how often it is sent in all. */
const patience = 2_000;
const tries = 3;
/** The same for a modem that may be mute because it sends. */
const triesIfMute = 15;
/** How often it is sent to a modem that answers something else, and the milliseconds for the end of that. */
const refusals = 8;
const lull = 200;

/**
 * Gets in step with the modem again after an answer has not come in time. That answer may still come, so a bare `OK`
 * proves nothing. But an answer that names its query proves that the modem is in step.
 *
 * Completes when the modem has answered. Errors with `EIO` when it stays silent or busy, and with `ECONNRESET` when its
 * answer shows that it has started again unnoticed.
 */
export function resynchronise(wire: Wire): Observable<never> {
  return askLinkMode(wire).pipe(
    timeout({ first: longestBusy, scheduler: wire.clock }),
    catchError((cause: unknown) => throwError(() => silenceError(cause))),
    tap((mode) => {
      if (mode === 'single') throw startedUnnoticedError();
    }),
    ignoreElements(),
  );
}

/**
 * Asks until the answer comes, and emits the mode. All earlier answers of the modem have come by then. Errors with a
 * `TimeoutError` when the modem is silent, and with `EIO` when it answers something else again and again.
 */
export function askLinkMode(wire: Wire): Observable<LinkMode> {
  const mode$ = defer(() => {
    let mode: LinkMode | undefined;
    return wire.frames$.pipe(
      tap((frame) => (mode = linkModeOf(frame) ?? mode)),
      filter(({ kind }) => kind === 'final'),
      switchMap(() => (mode === undefined ? unclear$ : of(mode))),
      take(1),
    );
  });
  // The late answer to something else, or the line has damaged the query or its answer.
  const unclear$ = timer(lull, wire.clock).pipe(
    concatMap(() => throwError(() => Refusal.without('the number of links', common.askMultipleLinks.shown))),
  );
  return defer(() => {
    // A probe in the middle of a conversation is the same query.
    const { isOwed: owesMore, isMute, surplus } = wire.probe;
    wire.probe.forget();
    wire.takeRepeats();
    return insist(wire, common.askMultipleLinks, mode$, {
      patience,
      tries: isMute ? triesIfMute : tries,
      refusals,
      owesMore,
    }).pipe(
      // The answer may have been a late one to a query that was called busy. Then that to the last query is still to come.
      tap(() => wire.probe.expectSurplus(surplus + wire.takeRepeats())),
      catchError((error: unknown) => throwError(() => (error instanceof Refusal ? nonsenseError(error) : error))),
    );
  });
}

function nonsenseError(cause: Refusal): OSError {
  const message = `what comes from the modem makes no sense (${cause.message}); check the wiring, or use a lower baud rate`;
  return new OSError('EIO', 'modem', message, { cause });
}

/** The error for all callers when the settings of the modem show that it has started again. */
export function startedUnnoticedError(cause?: unknown): OSError {
  return new OSError('ECONNRESET', 'modem', 'the modem has started again unnoticed', { cause });
}

/** The error for a modem that was silent when it was asked. Other errors are returned unchanged. */
export function silenceError(cause: unknown): unknown {
  if (!(cause instanceof TimeoutError)) return cause;
  const message = 'the modem has stopped answering; check its power supply and its wiring, and reset it';
  return new OSError('EIO', 'modem', message, { cause });
}

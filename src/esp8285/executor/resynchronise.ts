import {
  catchError,
  defer,
  filter,
  first,
  ignoreElements,
  map,
  type Observable,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { longestBusy } from './answeredWithin';
import { type LinkMode, linkModeOf } from './livenessProbe';
import { insist } from './insist';
import type { Wire } from './wire';

/** Milliseconds of silence before the query is repeated, and how often it is sent. */
const patience = 2_000;
const tries = 3;

/**
 * Gets in step with the modem again after an answer has not come in time. That answer may still come, so a bare `OK` proves
 * nothing. The answer to a query that is named in it does.
 *
 * Completes when the modem has answered. Errors with `EIO` when it stays silent or busy, and with `ECONNRESET` when
 * its answer shows that it has started again unnoticed.
 */
export function resynchronise(wire: Wire): Observable<never> {
  return askLinkMode(wire).pipe(
    timeout({ first: longestBusy, scheduler: wire.clock }),
    catchError((cause: unknown) => throwError(() => silence(cause))),
    tap((mode) => {
      if (mode === 'single') throw startedUnnoticed();
    }),
    ignoreElements(),
  );
}

/**
 * Asks until the answer comes, and emits what it says. By then the modem has said whatever it owed before. Errors with a
 * `TimeoutError` when the modem is silent.
 */
export function askLinkMode(wire: Wire): Observable<LinkMode> {
  const mode$ = wire.frames$.pipe(
    map(linkModeOf),
    filter((mode) => mode !== undefined),
    take(1),
    switchMap((mode) =>
      wire.frames$.pipe(
        first(({ kind }) => kind === 'final'),
        map(() => mode),
      ),
    ),
  );
  return defer(() => {
    // A probe has asked the same in the middle of a conversation.
    const owesMore = wire.probe.isOwed;
    wire.probe.forget();
    return insist(wire, common.askMultipleLinks, mode$, { patience, tries, owesMore });
  });
}

/** The error for everybody when the modem has the settings of a start. */
export function startedUnnoticed(cause?: unknown): OSError {
  return new OSError('ECONNRESET', 'modem', 'the modem has started again unnoticed', { cause });
}

function silence(cause: unknown): unknown {
  if (!(cause instanceof TimeoutError)) return cause;
  const message = 'the modem has stopped answering; check its power supply and its wiring, and reset it';
  return new OSError('EIO', 'modem', message, { cause });
}

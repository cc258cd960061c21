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
import { type LinkMode, linkModeOf } from './inquiry';
import { insist } from './insist';
import type { Wire } from './wire';

/** Milliseconds of silence, and how often the question is put. */
const patience = 2_000;
const tries = 3;

/**
 * Gets in step with the modem again after an answer has not come in time: what is owed may still come, so a bare `OK`
 * proves nothing. A query does whose answer names it.
 *
 * Completes when the modem has answered. Errors with `EIO` when it stays silent or busy, and with `ECONNRESET` when
 * its answer shows that it has started again unnoticed.
 */
export function resynchronise(wire: Wire): Observable<never> {
  return askLinkMode(wire).pipe(
    timeout({ first: longestBusy, scheduler: wire.clock }),
    catchError((cause: unknown) => throwError(() => silence(cause))),
    tap((linkMode) => {
      if (linkMode === 'one') throw startedUnnoticed();
    }),
    ignoreElements(),
  );
}

/**
 * Asks until the answer comes, and emits what it says. Whatever the modem has owed before it has said by then.
 * Errors with a `TimeoutError` when the modem is silent.
 */
export function askLinkMode(wire: Wire): Observable<LinkMode> {
  const linkMode$ = wire.frames$.pipe(
    map(linkModeOf),
    filter((linkMode) => linkMode !== undefined),
    take(1),
    switchMap((linkMode) =>
      wire.frames$.pipe(
        first(({ kind }) => kind === 'final'),
        map(() => linkMode),
      ),
    ),
  );
  return defer(() => {
    // In the middle of a conversation the same has been asked.
    const owesMore = wire.inquiry.isOwed;
    wire.inquiry.forget();
    return insist(wire, common.askMultipleLinks, linkMode$, { patience, tries, owesMore });
  });
}

/** What everybody is told when the modem has the settings of a start. */
export function startedUnnoticed(cause?: unknown): OSError {
  return new OSError('ECONNRESET', 'modem', 'the modem has started again unnoticed', { cause });
}

function silence(cause: unknown): unknown {
  if (!(cause instanceof TimeoutError)) return cause;
  const message = 'the modem has stopped answering; check its power supply and its wiring, and reset it';
  return new OSError('EIO', 'modem', message, { cause });
}

import {
  catchError,
  filter,
  first,
  ignoreElements,
  map,
  type Observable,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs';

import { OSError } from '../../usocket/osError';
import { common } from '../commands/catalogue';
import type { Frame } from '../grammar/frame';
import { longestBusy } from './answeredWithin';
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
export function resynchronise(wire: Wire, scheduler: SchedulerLike): Observable<never> {
  return askLinkMode(wire, scheduler).pipe(
    timeout({ first: longestBusy, scheduler }),
    catchError((cause: unknown) => throwError(() => silence(cause))),
    tap((linkMode) => {
      if (linkMode === '+CIPMUX:0') throw new OSError('ECONNRESET', 'modem', 'the modem has started again unnoticed');
    }),
    ignoreElements(),
  );
}

/**
 * Asks until the answer comes, and emits its line: `'+CIPMUX:1'`. Whatever the modem has owed before it has said by then.
 * Errors with a `TimeoutError` when the modem is silent.
 */
export function askLinkMode(wire: Wire, scheduler: SchedulerLike): Observable<string> {
  const linkMode$ = wire.frames$.pipe(
    filter(isLinkMode),
    take(1),
    switchMap(({ text }) =>
      wire.frames$.pipe(
        first(({ kind }) => kind === 'final'),
        map(() => text),
      ),
    ),
  );
  return insist(wire, common.askSeveralLinks, linkMode$, { scheduler, patience, tries });
}

function isLinkMode(frame: Frame): frame is Extract<Frame, { kind: 'line' }> {
  return frame.kind === 'line' && frame.text.startsWith('+CIPMUX:');
}

function silence(cause: unknown): unknown {
  if (!(cause instanceof TimeoutError)) return cause;
  const message = 'the modem has stopped answering; check its power supply and its wiring, and reset it';
  return new OSError('EIO', 'modem', message, { cause });
}

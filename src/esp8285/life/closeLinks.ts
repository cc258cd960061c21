import {
  catchError,
  defer,
  EMPTY,
  first,
  ignoreElements,
  merge,
  type Observable,
  type SchedulerLike,
  switchMap,
  takeUntil,
  timer,
} from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { simpleExchange } from '../executor/exchange';
import type { ModemParts } from './modemParts';

/** Milliseconds that closing the links may take; and while the modem is busy. */
const closeDeadline = 2_000;
const closePatience = 1_000;

/** Cold: ends all that is under way with `EBADF`, has the modem close its links if it can, and completes. */
export function closeLinks(
  { wire, executor, links, server, stations, state }: ModemParts,
  scheduler: SchedulerLike,
): Observable<never> {
  // A modem that connects to a silent host is busy for as long as that takes, and closes nothing before.
  const tooBusy$ = wire.heard$.pipe(
    first(({ kind }) => kind === 'busy'),
    switchMap(() => timer(closePatience, scheduler)),
    catchError(() => EMPTY),
  );
  return defer(() => {
    const wasUp = state.modem === 'up';
    const closed = new OSError('EBADF', 'modem', 'the interface is closed');
    state.closed();
    stations.clear();
    server.lose(closed);
    links.loseAll(closed);
    executor.interrupt(closed);
    return wasUp ? executor.run(simpleExchange(common.closeAllLinks, closeDeadline)) : EMPTY;
  }).pipe(
    ignoreElements(),
    catchError(() => EMPTY),
    // It is closed in its turn, which may not come while the modem is asked whether it is there at all.
    takeUntil(merge(timer(closeDeadline, scheduler), tooBusy$)),
  );
}

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
import type { ModemParts } from './modemParts';

/** Milliseconds that closing the links may take, and the limit while the modem is busy. */
const closeDeadline = 2_000;
const closePatience = 1_000;

/** Cold: fails all operations with `EBADF`, closes the links of the modem if it can, and completes. */
export function closeLinks(
  { wire, executor, links, server, stations, state }: ModemParts,
  scheduler: SchedulerLike,
): Observable<never> {
  // A modem that connects to a silent host is busy until that has failed, and closes nothing before.
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
    return wasUp ? executor.ask(common.closeAllLinks, closeDeadline) : EMPTY;
  }).pipe(
    ignoreElements(),
    catchError(() => EMPTY),
    // The exchange waits for its turn, which may not come while the driver waits for a silent modem.
    takeUntil(merge(timer(closeDeadline, scheduler), tooBusy$)),
  );
}

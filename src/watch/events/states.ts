import {
  auditTime,
  concat,
  distinctUntilKeyChanged,
  endWith,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  takeUntil,
} from 'rxjs';

import type { ESP8285 } from '../../esp8285';
import type { StateEvent } from './watchEvent';

/** Milliseconds between something that happens and the state after it: long enough for four states a second. */
const interval = 250;

/**
 * The states of an interface: one at once, one when the events complete, and those that differ in between. A state is
 * looked at a moment after an event, and not at fixed times, so that a quiet interface costs nothing and virtual time
 * comes to an end.
 *
 *     event$    ----a-bc------d---------|
 *     states()  s--------s---------(s)--(s|)       (the one in brackets is left out where nothing has changed)
 */
export function states(nic: ESP8285, event$: Observable<unknown>, scheduler: SchedulerLike): Observable<StateEvent> {
  const end$ = event$.pipe(ignoreElements(), endWith(undefined));
  const changes$ = merge(event$, nic.status$).pipe(auditTime(interval, scheduler));
  return concat(merge(of(undefined), changes$).pipe(takeUntil(end$)), of(undefined)).pipe(
    map(() => {
      const { details: state } = nic;
      return { state, text: JSON.stringify(state) };
    }),
    distinctUntilKeyChanged('text'),
    map(({ state }) => ({ type: 'state', time: scheduler.now(), state })),
  );
}

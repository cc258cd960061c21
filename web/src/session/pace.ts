import { combineLatest, distinctUntilChanged, map, type Observable, startWith } from 'rxjs';
import type { InterfaceState } from 'rx-usocket/watch';

/**
 * How fast the lanes move while nothing happens. They stand still when nothing can happen: the source has ended, or its
 * interface is closed. Otherwise what has happened would leave the screen before anybody has looked at it.
 *
 *     speed$    1----------------------
 *     isLive$   true---------------false
 *     state$    ---up---closed---up----
 *     paceOf()  1-------0--------1-0---
 *
 * @param speed$ How fast time passes for the source.
 * @param isLive$ Whether the source has neither ended nor been lost.
 */
export function paceOf(
  speed$: Observable<number>,
  isLive$: Observable<boolean>,
  state$: Observable<InterfaceState>,
): Observable<number> {
  const isClosed$ = state$.pipe(
    map(({ modem }) => modem === 'closed'),
    startWith(false),
  );
  return combineLatest([speed$, isLive$, isClosed$]).pipe(
    map(([speed, isLive, isClosed]) => (isLive && !isClosed ? speed : 0)),
    distinctUntilChanged(),
  );
}

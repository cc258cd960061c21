import { defer, EMPTY, identity, ignoreElements, type Observable, type SchedulerLike, tap, timer } from 'rxjs';

import { switchOnChange } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import type { Link } from './link';
import type { LinkNumbers } from './linkNumbers';

export interface OutliveNetworkOptions {
  readonly numbers: LinkNumbers<Link>;
  /** Asks the modem which links it has, and tells them. Emits nothing. */
  readonly poll$: Observable<never>;
  readonly scheduler: SchedulerLike;
}

/** Milliseconds that a link may survive without its network. */
const grace = 30_000;

/**
 * Links may survive a short loss of the network. When it is back, the modem is asked which links it still has, because
 * not every firmware reports those that have ended. After a longer loss, the links fail with `ENETDOWN`.
 *
 *     isUp$    u--d--u--d-------------d
 *     polls    ------p
 *     links    ---c-----c---(30 s)---e         (c: cut off, e: ended)
 *
 * Runs until the modem starts again; emits nothing.
 *
 * @param isUp$ Whether the modem is on a network; replays the current state.
 */
export function outliveNetwork(
  isUp$: Observable<boolean>,
  { numbers, poll$, scheduler }: OutliveNetworkOptions,
): Observable<never> {
  return defer(() => {
    let wasUp = false;
    return isUp$.pipe(
      switchOnChange(identity, (isUp) => {
        const isFirst = !wasUp;
        wasUp ||= isUp;
        if (isFirst) return EMPTY;
        if (isUp) return poll$;
        for (const { life } of numbers.links) life.cutOff();
        // Data that came before the loss do not show that a link has survived it.
        numbers.forgetHeard();
        return numbers.links.length > 0 ? givingUp(numbers, scheduler) : EMPTY;
      }),
    );
  });
}

function givingUp(numbers: LinkNumbers<Link>, scheduler: SchedulerLike): Observable<never> {
  return timer(grace, scheduler).pipe(
    tap(() => {
      const message = `the modem has been off its network for ${grace / 1_000} s`;
      for (const { life } of numbers.links) life.giveUp(new OSError('ENETDOWN', 'modem', message));
    }),
    ignoreElements(),
  );
}

import { concat, defer, EMPTY, identity, ignoreElements, type Observable, type SchedulerLike, tap, timer } from 'rxjs';

import { switchOnChange } from '../../streams';
import { OSError } from '../../usocket/contract/osError';
import type { Link } from './link';
import { lateListing } from './linkLife';
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
 * not every firmware reports those that have ended. It is asked once more about those of which nothing has come since, because
 * it may list a link and say a moment later that it has ended. After a longer loss, the links fail with `ENETDOWN`.
 *
 *     isUp$    u--d--u---------d-------------d
 *     polls    ------p-(2 s)-p
 *     links    ---c------------c---(30 s)---e         (c: cut off, e: ended)
 *
 * Runs until the modem starts again; emits nothing.
 *
 * @param isUp$ Whether the modem is on a network; replays the current state.
 */
export function outliveNetwork(isUp$: Observable<boolean>, options: OutliveNetworkOptions): Observable<never> {
  const { numbers, poll$, scheduler } = options;
  return defer(() => {
    let wasUp = false;
    return isUp$.pipe(
      switchOnChange(identity, (isUp) => {
        const isFirst = !wasUp;
        wasUp ||= isUp;
        if (isFirst) return EMPTY;
        if (isUp) return concat(poll$, pollAgain(options));
        for (const { life } of numbers.links) life.cutOff();
        // Data that came before the loss do not show that a link has survived it.
        numbers.forgetHeard();
        return numbers.links.length > 0 ? givingUp(numbers, scheduler) : EMPTY;
      }),
    );
  });
}

function pollAgain({ numbers, poll$, scheduler }: OutliveNetworkOptions): Observable<never> {
  const isInDoubt = () => numbers.links.some(({ life }) => life.isOpen && life.isCutOff);
  const later$ = concat(
    timer(lateListing, scheduler).pipe(ignoreElements()),
    defer(() => (isInDoubt() ? poll$ : EMPTY)),
  );
  return defer(() => (isInDoubt() ? later$ : EMPTY));
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

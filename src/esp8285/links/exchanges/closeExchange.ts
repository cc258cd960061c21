import { concat, defer, type Observable, of } from 'rxjs';

import { common } from '../../commands/catalogue';
import type { Command } from '../../commands/command';
import { ifRefused } from '../../executor/answer';
import { askOnce, type Exchange, simpleExchange, tryTo } from '../../executor/exchange';
import { retryLost } from '../../executor/retryLost';

/**
 * Closes a link.
 *
 * @param isGone Whether the link has already ended. Closing its number would then close the link of another owner.
 */
export function closeExchange(link: number, isGone: () => boolean): Exchange<readonly string[]> {
  const exchange = simpleExchange(common.close(link), undefined, askOnce);
  return {
    ...exchange,
    converse: (wire): Observable<readonly string[]> =>
      defer(() => (isGone() ? of([]) : exchange.converse(wire))).pipe(retryLost()),
  };
}

/**
 * Closes a link with a reset of the connection.
 *
 * @param closeModeOf Makes the command that chooses how the number is closed: with a reset, or in order. The modem
 *   keeps this mode for the number, so it is set back for the next connection.
 */
export function resetLinkExchange(
  link: number,
  isGone: () => boolean,
  closeModeOf: (link: number, resets: boolean) => Command,
): Exchange<readonly string[]> {
  const exchange = closeExchange(link, isGone);
  return {
    ...exchange,
    converse: (wire) =>
      defer(() => {
        if (isGone()) return of([]);
        const setMode = (resets: boolean) => tryTo(wire, closeModeOf(link, resets));
        return concat(setMode(true), exchange.converse(wire).pipe(ifRefused(of([]))), setMode(false));
      }),
  };
}

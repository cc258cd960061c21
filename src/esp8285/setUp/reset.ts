import { catchError, EMPTY, ignoreElements, merge, take, timer } from 'rxjs';

import { common } from '../commands/catalogue';
import { answer } from '../executor/answer';
import { type Exchange, sayUntil } from '../executor/exchange';

/** Most milliseconds from the command to `ready`: ESP-AT may take 3 s to print what comes before. */
const restartTime = 6_000;

/**
 * Has the modem start again, and waits for as long as that may take; its `ready` ends the exchange early. The answer decides
 * nothing, because a modem may refuse and still start, and its `ready` may be lost. A modem that says `busy` is told again.
 */
export function resetExchange(): Exchange<never> {
  return {
    shown: common.restart.shown,
    deadline: 2 * restartTime,
    countsBusy: true,
    converse: (wire) => {
      const asked$ = sayUntil(wire, common.restart, wire.frames$.pipe(answer(common.restart))).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
      );
      return merge(asked$, timer(restartTime, wire.clock)).pipe(take(1), ignoreElements());
    },
  };
}

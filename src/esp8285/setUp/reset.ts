import { catchError, concat, EMPTY, ignoreElements, merge, take, timer } from 'rxjs';

import { common } from '../commands/catalogue';
import { answer } from '../executor/answer';
import { type Exchange, sayUntil } from '../executor/exchange';

/** The most milliseconds from the command to `ready`. ESP-AT may take 3 s for the text before it. */
const restartTime = 6_000;

/**
 * Restarts the modem, and waits as long as a start may take; its `ready` ends the exchange early. The answer does not
 * matter, because a modem may refuse and still start, and its `ready` may be lost. The command is repeated to a modem
 * that says `busy`.
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
      // After a start, the modem has its own speed again.
      return merge(concat(asked$, wire.speed.restore()), timer(restartTime, wire.clock)).pipe(
        take(1),
        ignoreElements(),
      );
    },
  };
}

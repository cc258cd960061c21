import { catchError, concat, defer, EMPTY, ignoreElements, merge, take, timer } from 'rxjs';

import { common } from './commands/catalogue';
import { ask, type Exchange } from './executor/exchange';

/** Milliseconds from the command to `ready`, at most: ESP-AT may take 3 s to print what it has to. */
const restartTime = 6_000;

export interface ResetSteps {
  /** Called when the modem is free for it, before it is told. */
  readonly begin: () => void;
  /** Called when the modem has had the time to start, and has not said so. */
  readonly unnoticed: () => void;
}

/**
 * Has the modem start again. It may refuse and do it all the same, and its `ready` may be lost, so nothing is
 * made of its answer.
 */
export function resetExchange({ begin, unnoticed }: ResetSteps): Exchange<never> {
  return {
    shown: common.restart.shown,
    deadline: 2 * restartTime,
    converse: (wire, scheduler) =>
      defer(() => {
        begin();
        const asked$ = ask(wire, scheduler, common.restart).pipe(
          ignoreElements(),
          catchError(() => EMPTY),
        );
        return concat(
          merge(asked$, timer(restartTime, scheduler)).pipe(take(1), ignoreElements()),
          defer(() => {
            unnoticed();
            return EMPTY;
          }),
        );
      }),
  };
}

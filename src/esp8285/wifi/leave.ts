import { catchError, concatMap, map, type Observable, of, throwError } from 'rxjs';

import { type Catalogue, common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { simpleExchange } from '../executor/exchange';
import type { Executor } from '../executor/executor';
import { accessPoint } from './accessPoint';

/** Leaves the network, and emits. Some firmware refuses that when it has joined none: then there is nothing to do. */
export function leave(executor: Executor, catalogue: Catalogue): Observable<void> {
  return executor.run(simpleExchange(common.leave)).pipe(
    map(() => undefined),
    catchError((error: unknown) => {
      const fail$ = throwError(() => error);
      if (!(error instanceof Refusal)) return fail$;
      return accessPoint(executor, catalogue).pipe(concatMap((joined) => (joined ? fail$ : of(undefined))));
    }),
  );
}

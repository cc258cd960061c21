import {
  catchError,
  defer,
  identity,
  ignoreElements,
  merge,
  type MonoTypeOperatorFunction,
  Subject,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';

import type { LineHint } from '../../streams';
import { Refusal } from './answer';
import type { Wire } from './wire';

/**
 * Adds to a refusal the hint that has come beside the line. Each hint is also noted in the trace.
 *
 *     hints$         --h--------
 *     conversation$  -----#       (a Refusal)
 *     out$           -----#       (the Refusal, because of h)
 */
export function withHints<T>(wire: Wire): MonoTypeOperatorFunction<T> {
  const { hints$ } = wire;
  // Only the virtual modem in this process gives hints.
  if (!hints$) return identity;
  return (outcome$) =>
    defer(() => {
      const over = new Subject<void>();
      let hint: LineHint | undefined;
      const listening$ = hints$.pipe(
        tap((said) => {
          hint = said;
          wire.note(said.message);
        }),
        ignoreElements(),
        takeUntil(over),
      );
      return merge(
        listening$,
        outcome$.pipe(
          tap({
            complete: () => {
              over.next();
            },
          }),
        ),
      ).pipe(
        catchError((error: unknown) =>
          throwError(() => (hint && error instanceof Refusal ? error.because(hint) : error)),
        ),
      );
    });
}

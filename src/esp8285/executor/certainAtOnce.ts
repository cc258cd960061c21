import {
  catchError,
  defer,
  dematerialize,
  EMPTY,
  filter,
  first,
  materialize,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  tap,
  throwError,
} from 'rxjs';

import { AnswerLost } from './unanswered';

/**
 * Emits the outcome of a conversation as soon as `certain$` shows it. The conversation goes on to its end. Its own
 * outcome is then not emitted, and a lost end of its answer is not an error.
 *
 *     certain$       ---c-------------
 *     conversation$  --------------a|
 *     out$           ---c-----------|
 */
export function certainAtOnce<T>(certain$: Observable<T>): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    defer(() => {
      let isCertain = false;
      const early$ = certain$.pipe(
        first(),
        tap(() => (isCertain = true)),
        materialize(),
        filter(({ kind }) => kind === 'N'),
      );
      const late$ = conversation$.pipe(
        filter(() => !isCertain),
        catchError((error: unknown) => (isCertain && error instanceof AnswerLost ? EMPTY : throwError(() => error))),
        materialize(),
      );
      return merge(early$, late$).pipe(dematerialize());
    });
}

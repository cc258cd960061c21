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
 * Emits what makes the outcome of a conversation certain as soon as that comes. The conversation goes on to its end, and
 * its own outcome is not emitted any more; if the end of its answer is lost, that is no error any more.
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

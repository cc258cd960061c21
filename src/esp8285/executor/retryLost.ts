import { catchError, type MonoTypeOperatorFunction, throwError } from 'rxjs';

import { AnswerLost } from './unanswered';

/**
 * Repeats a conversation once if the line has lost the end of its answer. Other errors pass.
 *
 *     conversation$  --#       (AnswerLost)
 *     conversation$    ---a|
 *     out$           -----a|
 */
export function retryLost<T>(): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    conversation$.pipe(
      catchError((error: unknown) => (error instanceof AnswerLost ? conversation$ : throwError(() => error))),
    );
}

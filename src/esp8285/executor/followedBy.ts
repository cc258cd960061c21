import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/** What has to come after a conversation, before the next one may begin. */
export interface Rest {
  /** Called at the completion. Without a result, there is nothing to wait for. */
  readonly completed: () => Observable<never> | undefined;
  /** Called with the error. What it returns ends the conversation, with this error or another one. */
  readonly failed: (error: unknown) => Observable<never>;
}

/**
 * Delays the end of a conversation until something else has ended.
 *
 *     conversation$   --a--|              --a--#
 *     completed()          ---|  failed()      --#
 *     out$            --a-----|           --a----#
 */
export function followedBy<T>({ completed, failed }: Rest): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    new Observable((subscriber) => {
      const end = (rest$: Observable<never> | undefined): void => {
        if (rest$) subscriber.add(rest$.subscribe(subscriber));
        else subscriber.complete();
      };
      subscriber.add(
        conversation$.subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => end(failed(error)),
          complete: () => end(completed()),
        }),
      );
    });
}

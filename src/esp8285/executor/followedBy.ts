import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Delays the completion of a conversation until something else has completed, if there is anything to wait for.
 *
 *     conversation$           --a--|
 *     rest$                        ---|
 *     followedBy(() => rest$) --a-----|
 *
 * @param rest Called at the completion. Without a result, there is nothing to wait for.
 */
export function followedBy<T>(rest: () => Observable<never> | undefined): MonoTypeOperatorFunction<T> {
  return (conversation$) =>
    new Observable((subscriber) => {
      const end = (): void => {
        const rest$ = rest();
        if (rest$) subscriber.add(rest$.subscribe(subscriber));
        else subscriber.complete();
      };
      subscriber.add(
        conversation$.subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: end,
        }),
      );
    });
}

import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Runs an operation while a stream is read, and ignores what it emits. An error of the operation fails the stream. When the
 * stream ends, the operation is unsubscribed.
 *
 *     source$                --a----b---|
 *     operation$             ^----------!
 *     alongside(operation$)  --a----b---|
 *
 * It is written by hand, because each link that is read has one, and a merge would take four subscriptions more.
 */
export function alongside<T>(operation$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return (source$) =>
    new Observable((subscriber) => {
      source$.subscribe(subscriber);
      if (subscriber.closed) return;
      subscriber.add(
        operation$.subscribe({
          error: (error: unknown) => {
            subscriber.error(error);
          },
        }),
      );
    });
}

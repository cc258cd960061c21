import { defer, type MonoTypeOperatorFunction, tap } from 'rxjs';

/**
 * Runs `clean` when the subscriber gives up before a value has come. Who takes one value only unsubscribes inside that,
 * and has it.
 */
export function whenGivenUp<T>(clean: () => void): MonoTypeOperatorFunction<T> {
  return (source$) =>
    defer(() => {
      let isHandedOver = false;
      return source$.pipe(
        tap({
          next: () => (isHandedOver = true),
          unsubscribe: () => {
            if (!isHandedOver) clean();
          },
        }),
      );
    });
}

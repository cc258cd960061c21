import { Observable, type OperatorFunction, Subscription } from 'rxjs';

/**
 * Runs an operation for a part of a state, and another one instead when that part changes. It does what `map`,
 * `distinctUntilChanged` and `switchMap` do together.
 *
 *     state$      u1--u2--d1--u3--
 *     operations  ^(u)----!
 *                         ^(d)!
 *                             ^(u)
 *
 * It is written by hand, because an interface has some of them all the time, most of which run nothing. Completes when
 * the state and the last operation have.
 *
 * @param part The part of the state that counts; compared with `===`.
 * @param operation Makes the operation for that part; `index` counts from 0.
 */
export function switchOnChange<S, P, T>(
  part: (state: S) => P,
  operation: (part: P, index: number) => Observable<T>,
): OperatorFunction<S, T> {
  return (state$) =>
    new Observable((subscriber) => {
      let current: P;
      let index = 0;
      let running = Subscription.EMPTY;
      let hasEnded = false;

      const error = (failure: unknown): void => subscriber.error(failure);

      function begin(operation$: Observable<T>): void {
        // Made before it is subscribed to, because what it emits may change the state.
        const own = new Subscription();
        running.unsubscribe();
        running = own;
        subscriber.add(own);
        own.add(
          operation$.subscribe({
            next(value) {
              if (!own.closed) subscriber.next(value);
            },
            error,
            complete() {
              own.unsubscribe();
              if (hasEnded && running === own) subscriber.complete();
            },
          }),
        );
      }

      subscriber.add(
        state$.subscribe({
          next(state) {
            const next = part(state);
            if (index > 0 && next === current) return;
            current = next;
            begin(operation(next, index++));
          },
          error,
          complete() {
            hasEnded = true;
            if (running.closed) subscriber.complete();
          },
        }),
      );
    });
}

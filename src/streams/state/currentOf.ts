import { type Observable, take } from 'rxjs';

/**
 * The current value of an observable that replays it on subscribe. `undefined` if nothing is emitted at once, or if the
 * observable has failed.
 *
 *     const { readable } = currentOf(socket.readiness$) ?? {};
 */
export function currentOf<T>(state$: Observable<T>): T | undefined {
  const current: { value?: T } = {};
  state$.pipe(take(1)).subscribe({
    next: (value) => (current.value = value),
    error: () => undefined,
  });
  return current.value;
}

import { BehaviorSubject, defer, finalize, first, type Observable, switchMap } from 'rxjs';

/**
 * Lets operations through one at a time, in the order in which they were subscribed to.
 *
 *     const turnstile = new Turnstile();
 *     turnstile.enter(read$)     // runs at once
 *     turnstile.enter(other$)    // runs when read$ has completed, failed or been unsubscribed
 */
export class Turnstile {
  private readonly queue = new BehaviorSubject<readonly symbol[]>([]);

  /** Whether an operation is under way. */
  get busy(): boolean {
    return this.queue.value.length > 0;
  }

  /** Cold: waits its turn on subscribe, and leaves the queue on unsubscribe. */
  enter<T>(operation$: Observable<T>): Observable<T> {
    return defer(() => {
      const ticket = Symbol('turn');
      this.queue.next([...this.queue.value, ticket]);
      return this.queue.pipe(
        first(([current]) => current === ticket),
        switchMap(() => operation$),
        finalize(() => {
          this.queue.next(this.queue.value.filter((waiting) => waiting !== ticket));
        }),
      );
    });
  }
}

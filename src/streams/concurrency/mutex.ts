import { BehaviorSubject, defer, distinctUntilChanged, first, map, type Observable, switchMap, tap } from 'rxjs';

/**
 * Mutual exclusion for observables: runs operations one at a time, in the order of their subscriptions.
 *
 *     const mutex = new Mutex();
 *     mutex.runExclusive(read$).subscribe(show); // runs at once
 *     mutex.runExclusive(other$).subscribe(show); // runs when read$ has completed, failed or been unsubscribed
 */
export class Mutex {
  /** Whether an operation is running; replays the current state. */
  readonly locked$: Observable<boolean>;

  private readonly queue = new BehaviorSubject<readonly symbol[]>([]);
  private readonly owner = new BehaviorSubject<symbol | undefined>(undefined);
  private isPassingOn = false;

  constructor() {
    this.locked$ = this.queue.pipe(
      map(({ length }) => length > 0),
      distinctUntilChanged(),
    );
  }

  /** Whether an operation is running. */
  get locked(): boolean {
    return this.queue.value.length > 0;
  }

  /**
   * Waits for its turn, subscribes to the operation, and emits what the operation emits. Cold: each subscription waits
   * for a turn of its own. Unsubscribing while it waits gives up the place, and the operation is never subscribed to.
   */
  runExclusive<T>(operation$: Observable<T>): Observable<T> {
    return defer(() => {
      const ticket = Symbol('ticket');
      const release = () => {
        if (!this.queue.value.includes(ticket)) return;
        this.queue.next(this.queue.value.filter((waiting) => waiting !== ticket));
        this.passOn();
      };
      this.queue.next([...this.queue.value, ticket]);
      this.passOn();
      return this.owner.pipe(
        first((owner) => owner === ticket),
        // Releases before it tells the end, so that the mutex is free for a subscriber who then runs something else.
        switchMap(() => operation$.pipe(tap({ complete: release, error: release }))),
        // Not the operator `finalize`, which may run before the operation has been unsubscribed.
        tap({ finalize: release }),
      );
    });
  }

  /** Makes the first in the queue the owner. A loop, because recursion would fill the stack when thousands wait. */
  private passOn(): void {
    if (this.isPassingOn) return;
    this.isPassingOn = true;
    try {
      while (this.owner.value !== this.queue.value[0]) this.owner.next(this.queue.value[0]);
    } finally {
      this.isPassingOn = false;
    }
  }
}

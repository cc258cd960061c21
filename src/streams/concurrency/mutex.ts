import { BehaviorSubject, defer, distinctUntilChanged, first, map, type Observable, switchMap, tap } from 'rxjs';

/**
 * Lets operations through one at a time, in the order in which they were subscribed to.
 *
 *     const mutex = new Mutex();
 *     mutex.runExclusive(read$)     // runs at once
 *     mutex.runExclusive(other$)    // runs when read$ has completed, failed or been unsubscribed
 */
export class Mutex {
  /** Whether an operation is under way; replays the current state. */
  readonly locked$: Observable<boolean>;

  private readonly queue = new BehaviorSubject<readonly symbol[]>([]);
  private readonly turn = new BehaviorSubject<symbol | undefined>(undefined);
  private isCalling = false;

  constructor() {
    this.locked$ = this.queue.pipe(
      map(({ length }) => length > 0),
      distinctUntilChanged(),
    );
  }

  /** Whether an operation is under way. */
  get locked(): boolean {
    return this.queue.value.length > 0;
  }

  /** Cold: waits its turn on subscribe, and leaves the queue on unsubscribe. */
  runExclusive<T>(operation$: Observable<T>): Observable<T> {
    return defer(() => {
      const ticket = Symbol('turn');
      const leave = () => {
        if (!this.queue.value.includes(ticket)) return;
        this.queue.next(this.queue.value.filter((waiting) => waiting !== ticket));
        this.callNext();
      };
      this.queue.next([...this.queue.value, ticket]);
      this.callNext();
      return this.turn.pipe(
        first((called) => called === ticket),
        // Before the end is told, so that who enters again on hearing it finds the way free.
        switchMap(() => operation$.pipe(tap({ complete: leave, error: leave }))),
        // Not `finalize`, which may come before what is above it has been unsubscribed.
        tap({ finalize: leave }),
      );
    });
  }

  /** In a loop: calling the next from within the end of the one before fills the stack when many wait. */
  private callNext(): void {
    if (this.isCalling) return;
    this.isCalling = true;
    try {
      while (this.turn.value !== this.queue.value[0]) this.turn.next(this.queue.value[0]);
    } finally {
      this.isCalling = false;
    }
  }
}

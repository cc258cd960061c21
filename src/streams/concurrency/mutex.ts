import { BehaviorSubject, Observable, tap } from 'rxjs';

/**
 * Mutual exclusion for observables: runs operations one at a time, in the order of their subscriptions.
 *
 *     const mutex = new Mutex();
 *     mutex.runExclusive(read$).subscribe(show); // runs at once
 *     mutex.runExclusive(other$).subscribe(show); // runs when read$ has completed, failed or been unsubscribed
 */
export class Mutex {
  /** What {@link locked$} shows. It is made when it is asked for, because most mutexes are never asked. */
  private isLocked: BehaviorSubject<boolean> | undefined;
  /** The operation that runs, and those that wait, in the order of their turns. Each begins when it is called. */
  private readonly turns = new Set<() => void>();
  private running: (() => void) | undefined;
  private isPassingOn = false;

  /** Whether an operation is running; replays the current state. */
  get locked$(): Observable<boolean> {
    return (this.isLocked ??= new BehaviorSubject(this.locked)).asObservable();
  }

  /** Whether an operation is running. */
  get locked(): boolean {
    return this.turns.size > 0;
  }

  /**
   * Waits for its turn, subscribes to the operation, and emits what the operation emits. Cold: each subscription waits
   * for a turn of its own. Unsubscribing while it waits gives up the place, and the operation is never subscribed to.
   */
  runExclusive<T>(operation$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const release = () => {
        if (!this.turns.delete(begin)) return;
        this.tellLocked();
        this.passOn();
      };
      const begin = () => {
        subscriber.remove(release);
        // Releases before it tells the end, so that the mutex is free for a subscriber who then runs something else.
        operation$.pipe(tap({ complete: release, error: release })).subscribe(subscriber);
        // Last, because the operation has to be unsubscribed before the next one begins.
        subscriber.add(release);
      };
      this.turns.add(begin);
      subscriber.add(release);
      this.tellLocked();
      this.passOn();
    });
  }

  private tellLocked(): void {
    if (this.isLocked && this.isLocked.value !== this.locked) this.isLocked.next(this.locked);
  }

  /** Begins the first operation. A loop, because recursion would fill the stack when thousands wait. */
  private passOn(): void {
    if (this.isPassingOn) return;
    this.isPassingOn = true;
    try {
      for (let [first] = this.turns; first !== this.running; [first] = this.turns) {
        this.running = first;
        first?.();
      }
    } finally {
      this.isPassingOn = false;
    }
  }
}

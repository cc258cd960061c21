import { BehaviorSubject, Observable, tap } from 'rxjs';

/**
 * Mutual exclusion for observables: runs operations one at a time, in the order of their subscriptions.
 *
 *     const mutex = new Mutex();
 *     mutex.runExclusive(read$).subscribe(console.log); // runs at once
 *     mutex.runExclusive(other$).subscribe(console.log); // runs when read$ has completed, failed or been unsubscribed
 */
export class Mutex {
  /** What {@link locked$} shows. It is made when it is asked for, because most mutexes are never asked. */
  private isLocked: BehaviorSubject<boolean> | undefined;
  /** The operation whose turn it is. It begins when it is called. */
  private current: (() => void) | undefined;
  /** Those that wait, in the order of their turns. It is made when one has to wait, because most mutexes never see that. */
  private waiting: Set<() => void> | undefined;
  /** The one that has begun. */
  private running: (() => void) | undefined;
  private isPassingOn = false;

  /** Whether an operation is running; replays the current state. */
  get locked$(): Observable<boolean> {
    return (this.isLocked ??= new BehaviorSubject(this.locked)).asObservable();
  }

  /** Whether an operation is running. */
  get locked(): boolean {
    return this.current !== undefined;
  }

  /**
   * Waits for its turn, subscribes to the operation, and emits what the operation emits. Cold: each subscription waits
   * for a turn of its own. Unsubscribing while it waits gives up the place, and the operation is never subscribed to.
   */
  runExclusive<T>(operation$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      const release = () => {
        if (this.current === begin) this.current = this.next();
        else if (!this.waiting?.delete(begin)) return;
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
      if (this.current) (this.waiting ??= new Set()).add(begin);
      else this.current = begin;
      subscriber.add(release);
      this.tellLocked();
      this.passOn();
    });
  }

  private tellLocked(): void {
    if (this.isLocked && this.isLocked.value !== this.locked) this.isLocked.next(this.locked);
  }

  private next(): (() => void) | undefined {
    const [first] = this.waiting ?? [];
    if (first) this.waiting?.delete(first);
    return first;
  }

  /** Begins the operation whose turn it is. A loop, because recursion would fill the stack when thousands wait. */
  private passOn(): void {
    if (this.isPassingOn) return;
    this.isPassingOn = true;
    try {
      while (this.current !== this.running) {
        this.running = this.current;
        this.running?.();
      }
    } finally {
      this.isPassingOn = false;
    }
  }
}

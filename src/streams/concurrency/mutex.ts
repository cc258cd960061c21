import {
  BehaviorSubject,
  Observable,
  type Observer,
  type Subscriber,
  Subscription,
  type SubscriptionLike,
  type TeardownLogic,
} from 'rxjs';

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
  /** The one whose turn it is. */
  private current: Turn<unknown> | undefined;
  /** Those that wait, in the order of their turns. It is made when one has to wait, because most mutexes never see that. */
  private waiting: Set<Turn<unknown>> | undefined;
  /** The one that has begun. */
  private running: Turn<unknown> | undefined;
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
      const place = new Subscription(() => this.release(turn));
      const turn = new Turn(operation$, subscriber, place);
      if (this.current) (this.waiting ??= new Set()).add(turn);
      else this.current = turn;
      subscriber.add(place);
      this.tellLocked();
      this.passOn();
    });
  }

  private release(turn: Turn<unknown>): void {
    if (this.current === turn) this.current = this.next();
    else if (!this.waiting?.delete(turn)) return;
    this.tellLocked();
    this.passOn();
  }

  private tellLocked(): void {
    if (this.isLocked && this.isLocked.value !== this.locked) this.isLocked.next(this.locked);
  }

  private next(): Turn<unknown> | undefined {
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
        this.running?.begin();
      }
    } finally {
      this.isPassingOn = false;
    }
  }
}

/**
 * An operation, and what stands between it and its subscriber. RxJS takes an observer that is a subscription as well for a
 * subscriber, and makes none of its own: each read that waits has one of these, and `tap` would take a kilobyte more.
 */
class Turn<T> implements Observer<T>, SubscriptionLike {
  constructor(
    private readonly operation$: Observable<T>,
    private readonly subscriber: Subscriber<T>,
    /** Ends when the mutex is released, or the place among those that wait is given up. */
    private readonly place: Subscription,
  ) {}

  begin(): void {
    this.subscriber.remove(this.place);
    this.operation$.subscribe(this);
    // Last, because the operation has to be unsubscribed before the next one begins.
    this.subscriber.add(this.place);
  }

  next(value: T): void {
    this.subscriber.next(value);
  }

  // The end is told after the release, so that the mutex is free for a subscriber who then runs something else.

  error(error: unknown): void {
    this.place.unsubscribe();
    this.subscriber.error(error);
  }

  complete(): void {
    this.place.unsubscribe();
    this.subscriber.complete();
  }

  get closed(): boolean {
    return this.subscriber.closed;
  }

  add(teardown: TeardownLogic): void {
    this.subscriber.add(teardown);
  }

  remove(teardown: Exclude<TeardownLogic, void>): void {
    this.subscriber.remove(teardown);
  }

  unsubscribe(): void {
    this.subscriber.unsubscribe();
  }
}

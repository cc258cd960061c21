import { BehaviorSubject, type Observable } from 'rxjs';

/**
 * A value and its changes. It is a `BehaviorSubject` whose subject is made when it is first asked for: each socket has some of
 * these, and most of them are never followed.
 *
 *     next       --b----c---
 *     state$          (b)-c---
 */
export class LazyState<T> {
  private subject: BehaviorSubject<T> | undefined;

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  /** Replays the current value. Never completes. */
  get state$(): Observable<T> {
    return (this.subject ??= new BehaviorSubject(this.current)).asObservable();
  }

  next(value: T): void {
    this.current = value;
    this.subject?.next(value);
  }
}

import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';

/** The time under the pointer, which the lanes and the plots mark together. */
export class Cursor {
  /** Replays the time in milliseconds since the session's first event. `undefined` while the pointer is elsewhere. */
  readonly time$: Observable<number | undefined>;
  private readonly pointed = new BehaviorSubject<number | undefined>(undefined);

  constructor() {
    this.time$ = this.pointed.pipe(distinctUntilChanged());
  }

  get time(): number | undefined {
    return this.pointed.value;
  }

  point(time: number | undefined): void {
    this.pointed.next(time);
  }
}

import { BehaviorSubject, type Observable } from 'rxjs';

/** Which marble is selected, by its number. */
export class Selection {
  /** Replays the number; `undefined` while none is selected. */
  readonly number$: Observable<number | undefined>;

  private readonly number = new BehaviorSubject<number | undefined>(undefined);

  constructor() {
    this.number$ = this.number.asObservable();
  }

  get current(): number | undefined {
    return this.number.value;
  }

  select(number: number | undefined): void {
    if (number !== this.number.value) this.number.next(number);
  }
}

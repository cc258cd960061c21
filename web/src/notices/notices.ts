import { BehaviorSubject, type Observable } from 'rxjs';

/** Something that the user is told, and that stays until it is dismissed. */
export interface Notice {
  /** Two notices of the same subject are one, with the newer words. */
  readonly subject: string;
  /** An `error` is what went wrong; a `note` is what the user should know. */
  readonly kind: 'error' | 'note';
  readonly text: string;
}

/** More would cover the page. The oldest ones go first. */
const mostNotices = 6;

/** The notices of the page, from the oldest to the newest. */
export class Notices {
  /** Replays the notices. */
  readonly all$: Observable<readonly Notice[]>;

  private readonly all = new BehaviorSubject<readonly Notice[]>([]);

  constructor() {
    this.all$ = this.all.asObservable();
  }

  /** Tells the user something. A notice without a subject of its own is only the same as one with the same words. */
  tell(kind: Notice['kind'], text: string, subject = text): void {
    const notice: Notice = { subject, kind, text };
    const isShown = this.all.value.some((other) => other.subject === subject);
    this.all.next(
      isShown
        ? this.all.value.map((other) => (other.subject === subject ? notice : other))
        : [...this.all.value, notice].slice(-mostNotices),
    );
  }

  /** Dismisses all notices. */
  clear(): void {
    this.all.next([]);
  }

  dismiss(subject: string): void {
    this.all.next(this.all.value.filter((notice) => notice.subject !== subject));
  }
}

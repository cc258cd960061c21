import { ignoreElements, Observable, Subject, takeUntil } from 'rxjs';

/**
 * The data that come on a link, for one reader. Data that come before the reader subscribes are kept for it, because a
 * block may come between `CONNECT` and `OK`.
 *
 *     push       --a-b------c--d--|
 *     items$           (ab)-c--d--|
 */
export class Incoming<T> {
  readonly items$: Observable<T>;
  /** The same without the items: ends when the link does, with its failure. */
  readonly end$: Observable<never>;

  private early: T[] | undefined = [];
  private readonly later = new Subject<T>();
  /** Emits when the link ends in order. It is written by hand, because each link that is read has one. */
  private readonly over$ = new Observable<void>((subscriber) =>
    this.later.subscribe({
      error: (error: unknown) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.next();
        subscriber.complete();
      },
    }),
  );

  constructor() {
    this.items$ = new Observable((reader) => {
      this.handOverEarly((item) => {
        reader.next(item);
        return !reader.closed;
      });
      return this.later.subscribe(reader);
    });
    this.end$ = this.later.pipe(ignoreElements());
  }

  push(item: T): void {
    if (this.early) this.early.push(item);
    else this.later.next(item);
  }

  complete(): void {
    this.later.complete();
  }

  fail(error: Error): void {
    this.later.error(error);
  }

  /** Ends an operation when nothing more comes. */
  whileItLasts(operation$: Observable<never>): Observable<never> {
    return operation$.pipe(takeUntil(this.over$));
  }

  /** Goes on until nothing is left, so that items that come meanwhile follow these in order. */
  private handOverEarly(hand: (item: T) => boolean): void {
    for (let item = this.early?.shift(); item !== undefined; item = this.early?.shift()) if (!hand(item)) return;
    this.early = undefined;
  }
}

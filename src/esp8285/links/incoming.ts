import { concat, defer, endWith, from, ignoreElements, type Observable, Subject, takeUntil } from 'rxjs';

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

  constructor() {
    this.items$ = concat(
      defer(() => from(this.takeEarly())),
      this.later,
    );
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
    return operation$.pipe(takeUntil(this.end$.pipe(endWith(undefined))));
  }

  /** Yields until nothing is left, so that items that come meanwhile follow these in order. */
  private *takeEarly(): Generator<T> {
    for (let item = this.early?.shift(); item !== undefined; item = this.early?.shift()) yield item;
    this.early = undefined;
  }
}

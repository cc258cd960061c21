import { Observable, Subject } from 'rxjs';

/**
 * The data that come on a link, for one reader. Data that come before the reader subscribes are kept for it, because a
 * block may come between `CONNECT` and `OK`.
 *
 *     push       --a-b------c--d--|
 *     items$           (ab)-c--d--|
 */
export class Incoming<T> {
  private early: T[] | undefined = [];
  private readonly later = new Subject<T>();

  get items$(): Observable<T> {
    return new Observable((reader) => {
      this.handOverEarly((item) => {
        reader.next(item);
        return !reader.closed;
      });
      return this.later.subscribe(reader);
    });
  }

  /** For those who wait for the end, which comes with the failure of the link. What it emits means nothing to them. */
  get end$(): Observable<unknown> {
    return this.later;
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

  /** Goes on until nothing is left, so that items that come meanwhile follow these in order. */
  private handOverEarly(hand: (item: T) => boolean): void {
    for (let item = this.early?.shift(); item !== undefined; item = this.early?.shift()) if (!hand(item)) return;
    this.early = undefined;
  }
}

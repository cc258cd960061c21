import { BehaviorSubject, distinctUntilChanged, first, map, mergeMap, Observable } from 'rxjs';

import { Mutex } from '../concurrency/mutex';

/** How much an {@link ItemQueue} holds. */
export interface ItemQueueOptions<T> {
  /** The most that is held, in the unit of `sizeOf`. */
  readonly capacity: number;
  /** How much of the capacity an item takes. Default: 1 for each, so that the capacity is a number of items. */
  readonly sizeOf?: (item: T) => number;
}

/**
 * Items received and not yet taken, such as datagrams or connections. Each is taken as a whole; for bytes there is
 * {@link ByteQueue}.
 *
 *     push       --a-b--------c------
 *     take$()    --(a|)
 *     take$()            --(b|)
 *     take$()              ---(c|)
 */
export class ItemQueue<T> {
  /** Whether {@link ItemQueue.take$} would emit or fail at once; replays the current state. */
  readonly readable$: Observable<boolean>;

  /** For those who take. */
  private readonly changed = new BehaviorSubject<ItemQueue<T>>(this);
  /** For those who watch: an item that somebody waits for is taken before they are told. */
  private readonly settled = new BehaviorSubject<ItemQueue<T>>(this);
  private readonly mutex = new Mutex();
  private readonly sizeOf: (item: T) => number;
  private capacity: number;
  private items: T[] = [];
  private held = 0;
  private failure: Error | undefined;

  constructor({ capacity, sizeOf = () => 1 }: ItemQueueOptions<T>) {
    this.capacity = capacity;
    this.sizeOf = sizeOf;
    this.readable$ = this.settled.pipe(
      map((queue) => queue.readable),
      distinctUntilChanged(),
    );
  }

  /** Whether {@link ItemQueue.take$} would emit or fail at once. */
  get readable(): boolean {
    return this.items.length > 0 || this.failure !== undefined;
  }

  /** How much of the capacity is in use, in its unit. */
  get size(): number {
    return this.held;
  }

  /** How many items can be taken without waiting, whatever their size. */
  get count(): number {
    return this.items.length;
  }

  /** Changes the capacity. Items that are in the queue already stay. */
  resize(capacity: number): void {
    this.capacity = capacity;
  }

  /**
   * Adds an item, or drops it and returns `false` if there is no room or the queue has failed. An item of any size fits
   * into an empty queue.
   */
  push(item: T): boolean {
    const size = this.sizeOf(item);
    if (this.failure || (this.items.length > 0 && this.held + size > this.capacity)) return false;
    this.items.push(item);
    this.held += size;
    this.emitChange();
    return true;
  }

  /**
   * Takes the next item, waiting if there is none, and completes. Cold: subscribers are served in the order of their
   * subscriptions, and one that unsubscribes takes nothing. Errors with a queue that has failed, once it is empty.
   */
  take$(): Observable<T> {
    return this.mutex.runExclusive(
      this.changed.pipe(
        first((queue) => queue.readable),
        mergeMap(() => this.takeOne()),
      ),
    );
  }

  /** Emits the next item and leaves it in the queue; otherwise like {@link ItemQueue.take$}. */
  peek$(): Observable<T> {
    return this.mutex.runExclusive(
      this.changed.pipe(
        first((queue) => queue.readable),
        map(() => this.next()),
      ),
    );
  }

  /** The next item, which stays in the queue; otherwise like {@link ItemQueue.takeNow}. */
  peekNow(): T | undefined {
    return this.mutex.locked || !this.readable ? undefined : this.next();
  }

  /**
   * Takes an item that is there now. `undefined` if there is none, or if a subscriber is waiting for it.
   *
   * Throws the error of a queue that has failed, once it is empty.
   */
  takeNow(): T | undefined {
    if (this.mutex.locked) return undefined;
    if (this.items.length === 0 && this.failure) throw this.failure;
    const item = this.shift();
    this.emitChange();
    return item;
  }

  /** Takes no more items in. Once it is empty, every take fails with this error. The first failure counts. */
  fail(error: Error): void {
    this.failure ??= error;
    this.emitChange();
  }

  /** Makes every take, pending or later, fail with this error. Returns the items that have not been taken. */
  close(error: Error): readonly T[] {
    const left = this.items;
    this.items = [];
    this.held = 0;
    this.failure = error;
    this.emitChange();
    return left;
  }

  /** Delivers before it emits the change: a subscriber who sees the change may cancel the taker, and lose the item. */
  private takeOne(): Observable<T> {
    return new Observable((taker) => {
      const item = this.shift();
      if (item !== undefined) {
        taker.next(item);
        this.emitChange();
      } else {
        taker.error(this.failure);
      }
      taker.complete();
    });
  }

  private next(): T {
    const [item] = this.items;
    if (item === undefined) throw this.failure ?? new RangeError('item queue: nothing is there');
    return item;
  }

  private shift(): T | undefined {
    const item = this.items.shift();
    if (item !== undefined) this.held -= this.sizeOf(item);
    return item;
  }

  private emitChange(): void {
    this.changed.next(this);
    this.settled.next(this);
  }
}

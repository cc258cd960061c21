import { BehaviorSubject, distinctUntilChanged, first, map, mergeMap, Observable } from 'rxjs';

import { Mutex } from '../concurrency/mutex';

export interface ItemQueueOptions<T> {
  /** Most that is held, in the unit of `sizeOf`. */
  readonly capacity: number;
  /** How much of the capacity an item takes. Default: 1, so that the capacity is a number of items. */
  readonly sizeOf?: (item: T) => number;
}

/**
 * What has come and nobody has taken yet, each item whole: datagrams, or connections. {@link ByteQueue} is for bytes.
 *
 *     push       --a-b--------c------
 *     take$()    --(a|)
 *     take$()            --(b|)
 *     take$()              ---(c|)
 */
export class ItemQueue<T> {
  /** Whether a `take$` would emit or fail at once; replays the current state. */
  readonly readable$: Observable<boolean>;

  private readonly changed = new BehaviorSubject<ItemQueue<T>>(this);
  private readonly mutex = new Mutex();
  private readonly sizeOf: (item: T) => number;
  private capacity: number;
  private items: T[] = [];
  private held = 0;
  private failure: Error | undefined;

  constructor({ capacity, sizeOf = () => 1 }: ItemQueueOptions<T>) {
    this.capacity = capacity;
    this.sizeOf = sizeOf;
    this.readable$ = this.changed.pipe(
      map((queue) => queue.readable),
      distinctUntilChanged(),
    );
  }

  /** Whether a `take$` would emit or fail at once. */
  get readable(): boolean {
    return this.items.length > 0 || this.failure !== undefined;
  }

  /** How much is held, in the unit of the capacity. */
  get size(): number {
    return this.held;
  }

  /** How many are held. */
  get count(): number {
    return this.items.length;
  }

  /** Changes the capacity. What is held already stays. */
  resize(capacity: number): void {
    this.capacity = capacity;
  }

  /** Adds an item, and says whether there was room for it. One that finds the queue empty always fits. */
  push(item: T): boolean {
    const size = this.sizeOf(item);
    if (this.failure || (this.items.length > 0 && this.held + size > this.capacity)) return false;
    this.items.push(item);
    this.held += size;
    this.tell();
    return true;
  }

  /** Cold: takes the next item, in the order of the subscriptions. Unsubscribing takes nothing. */
  take$(): Observable<T> {
    return this.mutex.runExclusive(
      this.changed.pipe(
        first((queue) => queue.readable),
        mergeMap(() => this.takeOne()),
      ),
    );
  }

  /** Cold: emits the next item, which stays, in the order of the subscriptions. */
  peek$(): Observable<T> {
    return this.mutex.runExclusive(
      this.changed.pipe(
        first((queue) => queue.readable),
        map(() => this.next()),
      ),
    );
  }

  /** As {@link takeNow}, of an item that stays. */
  peekNow(): T | undefined {
    return this.mutex.locked || !this.readable ? undefined : this.next();
  }

  /**
   * Takes an item that is there now; `undefined` when there is none, or another call waits for it.
   *
   * Throws what the queue has failed with, once it is empty.
   */
  takeNow(): T | undefined {
    if (this.mutex.locked) return undefined;
    if (this.items.length === 0 && this.failure) throw this.failure;
    const item = this.shift();
    this.tell();
    return item;
  }

  /** Nothing more will come: when all has been taken, every take fails with this error. */
  fail(error: Error): void {
    this.failure ??= error;
    this.tell();
  }

  /** Every take, pending or to come, fails with this error. Gives back what nobody has taken. */
  close(error: Error): readonly T[] {
    const left = this.items;
    this.items = [];
    this.held = 0;
    this.failure = error;
    this.tell();
    return left;
  }

  /** Delivers before it tells: who hears that an item has been taken may cancel the taker, and it would be lost. */
  private takeOne(): Observable<T> {
    return new Observable((taker) => {
      const item = this.shift();
      if (item !== undefined) {
        taker.next(item);
        this.tell();
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

  private tell(): void {
    this.changed.next(this);
  }
}

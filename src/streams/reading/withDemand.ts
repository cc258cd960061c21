import { defer, type Observable, type OperatorFunction, tap } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';

/**
 * Makes a reader out of `read$` with a demand: the queue takes in `demand` bytes more while the reader is subscribed, or
 * until it calls `withdraw`.
 */
export function withDemand<T>(
  demand: number,
  read$: (queue$: Observable<ByteQueue>, withdraw: () => void) => Observable<T>,
): OperatorFunction<ByteQueue, T> {
  return (queue$) =>
    defer(() => {
      let takeBack: (() => void) | undefined;
      const withdraw = () => takeBack?.();
      const demanding$ = queue$.pipe(
        tap({
          // In a batch, because a demand changes the queue, and that change passes here again.
          next: (queue) => queue.batch(() => (takeBack ??= queue.demand(demand))),
          finalize: withdraw,
        }),
      );
      return read$(demanding$, withdraw);
    });
}

import { defer, type Observable, type OperatorFunction, tap } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';

/**
 * Makes a reader out of `read$`, for which the queue lets in `demand` bytes more while it is subscribed, or until it
 * calls `withdraw`.
 */
export function withDemand<T>(
  demand: number,
  read$: (queue$: Observable<ByteQueue>, withdraw: () => void) => Observable<T>,
): OperatorFunction<ByteQueue, T> {
  return (queue$) =>
    defer(() => {
      let takeBack: (() => void) | undefined;
      const withdraw = () => takeBack?.();
      const wanting$ = queue$.pipe(
        tap({
          // In one step, for wanting changes the queue, and that change comes by here again.
          next: (queue) => queue.batch(() => (takeBack ??= queue.demand(demand))),
          finalize: withdraw,
        }),
      );
      return read$(wanting$, withdraw);
    });
}

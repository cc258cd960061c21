import { defer, type MonoTypeOperatorFunction, tap } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';

/**
 * Makes a queue accept `size` bytes more than its capacity while it is subscribed to.
 *
 *     queue$           q---q(ab)---q(abc)--      (a capacity of 4)
 *     withDemand(6)    q---q(ab)---q(abc)--      (room: 10, 8, 7)
 */
export function withDemand(size: number): MonoTypeOperatorFunction<ByteQueue> {
  return (queue$) =>
    defer(() => {
      let withdraw: (() => void) | undefined;
      return queue$.pipe(
        tap({
          // In a batch, because a demand changes the queue, and that change passes here again.
          next: (queue) => queue.batch(() => (withdraw ??= queue.demand(size))),
          finalize: () => withdraw?.(),
        }),
      );
    });
}

import { defer, type Observable, type OperatorFunction, tap } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';

/**
 * Makes a reader out of `read$`, for which the queue lets in `wanted` bytes more while it is subscribed, or until it
 * calls `stopWanting`.
 */
export function wantWhileReading<T>(
  wanted: number,
  read$: (queue$: Observable<ByteQueue>, stopWanting: () => void) => Observable<T>,
): OperatorFunction<ByteQueue, T> {
  return (queue$) =>
    defer(() => {
      let takeBack: (() => void) | undefined;
      const stopWanting = () => takeBack?.();
      const wanting$ = queue$.pipe(
        tap({
          // In one step, for wanting changes the queue, and that change comes by here again.
          next: (queue) => queue.inOneStep(() => (takeBack ??= queue.want(wanted))),
          finalize: stopWanting,
        }),
      );
      return read$(wanting$, stopWanting);
    });
}

import { first, mergeMap, Observable, type OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { withDemand } from './withDemand';

/** What a reader waits for, and how it takes it. */
export interface TakeOptions<T> {
  /** Bytes that the queue accepts for this reader beyond its capacity. */
  readonly demand: number;
  /** Whether the queue holds what the reader waits for. */
  readonly isReady: (queue: ByteQueue) => boolean;
  /** Takes it, or the bytes that are left if nothing more will come. */
  readonly take: (queue: ByteQueue) => T;
}

/**
 * Waits until a queue holds what a reader wants, takes it and completes. A queue that has ended gives what it holds.
 * One that has failed gives its error and keeps its bytes for a smaller read. Unsubscribing takes nothing.
 */
export function takeWhenReady<T>({ demand, isReady, take }: TakeOptions<T>): OperatorFunction<ByteQueue, T> {
  return withDemand(demand, (queue$, withdraw) =>
    queue$.pipe(
      first((queue) => isReady(queue) || queue.finished),
      // After `first`, because taking changes the queue, and that change must not be taken for another chance.
      mergeMap(
        (queue) =>
          new Observable<T>((reader) => {
            queue.batch(() => {
              // In the same batch, because room for bytes that are already taken must not be offered for a moment.
              withdraw();
              if (!isReady(queue) && queue.failure) reader.error(queue.failure);
              else reader.next(take(queue));
            });
            reader.complete();
          }),
      ),
    ),
  );
}

import { filter, Observable, type OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';

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
 *
 * It is written by hand, because a program makes one for each read.
 */
export function takeWhenReady<T>({ demand, isReady, take }: TakeOptions<T>): OperatorFunction<ByteQueue, T> {
  return (queue$) =>
    new Observable((reader) => {
      let isOver = false;
      let withdraw: (() => void) | undefined;

      function deliver(queue: ByteQueue): void {
        isOver = true;
        queue.batch(() => {
          // In the same batch, because room for bytes that are already taken must not be offered for a moment.
          withdraw?.();
          if (!isReady(queue) && queue.failure) reader.error(queue.failure);
          else reader.next(take(queue));
        });
        reader.complete();
      }

      /** Looks at a change of the queue, and lets none of them pass. */
      function look(queue: ByteQueue): queue is never {
        // Taking changes the queue, and that change must not be taken for another chance.
        if (isOver) return false;
        if (isReady(queue) || queue.finished) deliver(queue);
        // In a batch, because a demand changes the queue, and that change passes here again.
        else if (demand > 0) queue.batch(() => (withdraw ??= queue.demand(demand)));
        return false;
      }

      queue$.pipe(filter(look)).subscribe(reader);
      return () => withdraw?.();
    });
}

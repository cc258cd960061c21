import { defer, ignoreElements, merge, type OperatorFunction, takeWhile, tap, catchError, EMPTY } from 'rxjs';

import { ByteQueue, type ByteQueueOptions } from '../queues/byteQueue';

/**
 * Collects a byte stream in a {@link ByteQueue} and emits the queue at every change of it: what {@link recv},
 * {@link read} and their like work on. The end and the failure of the stream are states of the queue, so that what
 * came before them can still be read.
 *
 *     rx$      --ab----c----|
 *     queue$   q-q-----q----q---      (empty, ab, abc, ended)
 *
 *     rx$.pipe(queueBytes(), readline()).subscribe(showFirstLine);
 *
 * Each subscription has a queue of its own. For several reads of one stream, see {@link ByteReader}.
 */
export function queueBytes(options?: ByteQueueOptions): OperatorFunction<Uint8Array, ByteQueue> {
  return (rx$) =>
    defer(() => {
      const queue = new ByteQueue(options);
      return merge(queue.changes$, rx$.pipe(fillQueue(queue)));
    });
}

/** Moves a stream into a queue, its end and its failure included, until the queue is finished. Emits nothing. */
export function fillQueue(queue: ByteQueue): OperatorFunction<Uint8Array, never> {
  return (rx$) =>
    rx$.pipe(
      tap({
        next: (bytes) => {
          queue.push(bytes);
        },
        error: (error: Error) => {
          queue.fail(error);
        },
        complete: () => {
          queue.end();
        },
      }),
      takeWhile(() => !queue.finished),
      catchError(() => EMPTY),
      ignoreElements(),
    );
}

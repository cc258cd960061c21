import { defer, merge, Observable, type OperatorFunction, type Subscription } from 'rxjs';

import { ByteQueue, type ByteQueueOptions } from '../queues/byteQueue';

/**
 * Collects a byte stream in a {@link ByteQueue} and emits the queue at each change: the input of {@link recv},
 * {@link read}, {@link readinto} and {@link readline}. The end and the failure of the stream are states of the queue, so
 * what arrived before them can still be read.
 *
 *     rx$      --ab----c----|
 *     queue$   q-q-----q----q---      (empty, ab, abc, ended)
 *
 *     rx$.pipe(queueBytes(), readline()).subscribe((line) => console.log(String(line))); // the first line
 *
 * It never completes or errors itself. Each subscription has a queue of its own; for several reads of one stream, use a
 * {@link ByteReader}.
 */
export function queueBytes(options?: ByteQueueOptions): OperatorFunction<Uint8Array, ByteQueue> {
  return (rx$) =>
    defer(() => {
      const queue = new ByteQueue(options);
      return merge(queue.changes$, rx$.pipe(fillQueue(queue)));
    });
}

/** Moves a stream into a queue, with its end and its failure, until the queue is finished. Emits nothing. */
export function fillQueue(queue: ByteQueue): OperatorFunction<Uint8Array, never> {
  return (rx$) => new Observable((subscriber) => fillFrom(rx$, queue, () => subscriber.complete()));
}

/**
 * Moves a stream into a queue, with its end and its failure.
 *
 * @param finished Called when the queue takes no more, so that the caller can unsubscribe.
 */
export function fillFrom(rx$: Observable<Uint8Array>, queue: ByteQueue, finished: () => void): Subscription {
  return rx$.subscribe({
    next: (bytes) => {
      queue.push(bytes);
      // It has overflowed, or its owner has closed it.
      if (queue.finished) finished();
    },
    error: (error: Error) => {
      queue.fail(error);
      finished();
    },
    complete: () => {
      queue.end();
      finished();
    },
  });
}

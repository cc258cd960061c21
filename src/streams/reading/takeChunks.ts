import { ignoreElements, Observable, type OperatorFunction, takeWhile } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { withDemand } from './withDemand';

/**
 * Takes every chunk as it arrives, until the stream ends or fails.
 *
 *     queue$          q---q(ab)---q(c)--q(ended)
 *     takeChunks()    ----[ab]----[c]---|
 */
export function takeChunks(): OperatorFunction<ByteQueue, Buffer> {
  return takeAll(0, (queue) => (queue.length > 0 ? queue.takeChunk(queue.length) : undefined));
}

/**
 * Takes every line as it becomes whole, until the stream ends or fails. At the end, what is left is the last line,
 * without a newline; a failure leaves it in the queue.
 *
 *     queue$         q---q(a\nb)---q(bc)---q(ended)
 *     takeLines()    ----[a\n]-------------([bc]|)
 */
export function takeLines(): OperatorFunction<ByteQueue, Buffer> {
  return takeAll(Infinity, (queue) => {
    const rest = queue.finished && queue.failure === undefined && queue.length > 0 ? queue.length : undefined;
    const size = queue.lineLength ?? rest;
    return size === undefined ? undefined : queue.takeUpTo(size);
  });
}

function takeAll(
  demand: number,
  takeNext: (queue: ByteQueue) => Buffer | undefined,
): OperatorFunction<ByteQueue, Buffer> {
  return (queue$) =>
    new Observable((reader) => {
      let isTaking = false;

      /** Returns whether more may come. */
      function takeFrom(queue: ByteQueue): boolean {
        // Taking changes the queue. That change is ignored, because the loop is still running.
        if (isTaking) return true;
        isTaking = true;
        while (!reader.closed && queue.batch(() => deliverNext(queue)));
        isTaking = false;
        if (!queue.finished) return true;
        if (queue.failure) reader.error(queue.failure);
        reader.complete();
        return false;
      }

      function deliverNext(queue: ByteQueue): boolean {
        const next = takeNext(queue);
        if (next !== undefined) reader.next(next);
        return next !== undefined;
      }

      queue$.pipe(withDemand(demand), takeWhile(takeFrom), ignoreElements()).subscribe(reader);
    });
}

import { exhaustMap, Observable, type OperatorFunction, takeWhile } from 'rxjs';

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
  return withDemand(demand, (queue$) =>
    queue$.pipe(
      takeWhile((queue) => !queue.finished, true),
      // Taking changes the queue. `exhaustMap` ignores that change, because the loop is still running.
      exhaustMap(
        (queue) =>
          new Observable<Buffer>((reader) => {
            const deliverNext = () => {
              const next = takeNext(queue);
              if (next !== undefined) reader.next(next);
              return next !== undefined;
            };
            while (!reader.closed && queue.batch(deliverNext));
            if (queue.failure) reader.error(queue.failure);
            reader.complete();
          }),
      ),
    ),
  );
}

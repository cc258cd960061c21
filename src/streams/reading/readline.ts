import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Takes one line with its newline. If the stream ends first, takes what is left; an empty buffer means that nothing was.
 *
 *     queue$       q--q(a)--q(ab\ncd)--
 *     readline()   ---------(ab\n|)       the queue still holds cd
 *
 * Errors with a stream that fails before the line is whole; its bytes stay for {@link recv}. Throws a `RangeError` if
 * `size` is not a size.
 *
 * @param size The most bytes to take: of a longer line, the first `size` bytes. Default: no limit.
 * @see MaixPy `usocket`: `socket.readline()`.
 */
export function readline(size = Infinity): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: size,
    isReady: (queue) => queue.lineLength !== undefined || queue.length >= size,
    take: (queue) => queue.takeUpTo(Math.min(queue.lineLength ?? queue.length, size)),
  });
}

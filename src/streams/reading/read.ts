import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Takes exactly `size` bytes. The result is shorter only if the stream ends first, and empty if it ends without a byte.
 *
 *     queue$    q--q(ab)--q(abcd)--
 *     read(3)   ----------(abc|)       the queue still holds d
 *
 * Errors with a stream that fails first; its bytes stay in the queue for a smaller read. While it waits, the queue
 * accepts `size` bytes more than its capacity. Throws a `RangeError` if `size` is not a size.
 *
 * @param size Bytes to take. Default: all until the end of the stream.
 * @see MaixPy `usocket`: `socket.read([size])`.
 */
export function read(size = Infinity): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: size,
    isReady: (queue) => queue.length >= size,
    take: (queue) => queue.takeUpTo(size),
  });
}

import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Copies what {@link recv} would take, and leaves it in the queue, as `MSG_PEEK` does: at most `size` bytes, as soon as
 * the queue holds `least` of them. An empty buffer means that the stream has ended.
 *
 *     queue$    q---q(abc)--
 *     peek(2)   ----(ab|)        the queue still holds abc
 *
 * Errors with the stream if it fails before that. Throws a `RangeError` if `size` is not a size.
 *
 * @param size The most bytes to show.
 * @param least The bytes to wait for, at most `size`. Default: 1.
 */
export function peek(size: number, least = 1): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: least > 1 ? least : 0,
    isReady: (queue) => queue.length >= Math.min(size, least),
    take: (queue) => queue.peek(size),
  });
}

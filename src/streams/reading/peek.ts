import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Shows what {@link recv} would take, as soon as anything is there: a copy of at most `size` bytes, which stay for the
 * next reader. An empty buffer means that the stream has ended.
 *
 *     queue$    q---q(abc)--
 *     peek(2)   ----(ab|)        (and the queue still holds abc)
 *
 * @param size Most bytes to show.
 * @param least Bytes to wait for. Default: 1.
 */
export function peek(size: number, least = 1): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: least > 1 ? least : 0,
    isReady: (queue) => queue.length >= Math.min(size, least),
    take: (queue) => queue.peek(size),
  });
}

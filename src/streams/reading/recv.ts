import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Takes what is in the queue as soon as it holds anything: at least 1 byte and at most `size`. What arrived in several
 * chunks is joined, as the operating system does. An empty buffer means that the stream has ended.
 *
 *     queue$    q---q(abc)--
 *     recv(2)   ----(ab|)        the queue still holds c
 *
 * Errors with the stream, once its bytes are read. Throws a `RangeError` if `size` is not a size.
 *
 * @param size The most bytes to take. With 0 it does not wait, and emits an empty buffer.
 * @see MaixPy `usocket`: `socket.recv(bufsize)`.
 */
export function recv(size: number): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: 0,
    isReady: (queue) => queue.length > 0 || size === 0,
    take: (queue) => queue.takeUpTo(size),
  });
}

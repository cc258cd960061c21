import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Takes exactly `size` bytes, or all until the stream ends: no short reads, unless the end comes first.
 *
 *     queue$    q--q(ab)--q(abcd)--
 *     read(3)   ----------(abc|)
 *
 * A stream that fails before that fails the read; what had come by then stays for {@link recv}.
 *
 * @param size Bytes to take; without it, everything until the end.
 * @see The socket document, `socket.read([size])`.
 */
export function read(size = Infinity): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: size,
    isReady: (queue) => queue.length >= size,
    take: (queue) => queue.takeUpTo(size),
  });
}

import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Takes what is there as soon as anything is: at least 1 byte and at most `size`, the rest stays for the next reader.
 * What has come in several chunks is joined, as the operating system does. An empty buffer means that the stream has ended.
 *
 *     queue$    q---q(abc)--
 *     recv(2)   ----(ab|)
 *
 * @param size Most bytes to take.
 * @see The socket document, `socket.recv(bufsize)`.
 */
export function recv(size: number): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: 0,
    isReady: (queue) => queue.length > 0 || size === 0,
    take: (queue) => queue.takeUpTo(size),
  });
}

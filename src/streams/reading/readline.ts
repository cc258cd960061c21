import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Takes one line, up to and including its newline, or what is left when the stream ends; an empty buffer at the end.
 *
 *     queue$       q--q(a)--q(ab\ncd)--
 *     readline()   ---------(ab\n|)
 *
 * @param size Longest line to take, in bytes; of a longer one, the first `size` bytes. Default: no limit.
 * @see The socket document, `socket.readline()`: a line ends in a newline.
 */
export function readline(size = Infinity): OperatorFunction<ByteQueue, Buffer> {
  assertSize(size);
  return takeWhenReady({
    demand: size,
    isReady: (queue) => queue.lineLength !== undefined || queue.length >= size,
    take: (queue) => queue.takeUpTo(Math.min(queue.lineLength ?? queue.length, size)),
  });
}

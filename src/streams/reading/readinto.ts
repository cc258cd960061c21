import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Fills the start of `target` with exactly `size` bytes, or with what there is until the stream ends, and emits how
 * many were stored. Each byte is copied once, from the chunk in which it came.
 *
 * @param size Bytes to read; by default, and at most, the length of `target`.
 * @see The socket document, `socket.readinto(buf[, nbytes])`.
 */
export function readinto(target: Uint8Array, size: number = target.length): OperatorFunction<ByteQueue, number> {
  assertSize(size);
  const wanted = Math.min(size, target.length);
  return takeWhenReady({
    demand: wanted,
    isReady: (queue) => queue.length >= wanted,
    take: (queue) => queue.takeInto(target.subarray(0, wanted)),
  });
}

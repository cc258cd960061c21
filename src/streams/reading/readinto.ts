import type { OperatorFunction } from 'rxjs';

import type { ByteQueue } from '../queues/byteQueue';
import { assertSize } from '../queues/size';
import { takeWhenReady } from './takeWhenReady';

/**
 * Fills the start of `target` with exactly `size` bytes, or with fewer if the stream ends first, and emits their number.
 * Each byte is copied once, from the chunk in which it arrived.
 *
 *     queue$         q--q(ab)--q(abcd)--
 *     readinto(b)    ----------(3|)        b, of 3 bytes, holds abc; the queue still holds d
 *
 * Errors with a stream that fails first, and leaves `target` as it was. Throws a `RangeError` if `size` is not a size.
 *
 * @param target Where to store the bytes. It is not touched before they have all arrived.
 * @param size Bytes to store, at most the length of `target`. Default: that length.
 * @see MaixPy `usocket`: `socket.readinto(buf[, nbytes])`.
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

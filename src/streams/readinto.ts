import { map, type OperatorFunction } from 'rxjs';

import type { ByteQueue } from './byteQueue';
import { checkSize } from './checkSize';
import { read } from './read';

/**
 * Fills the start of `target` with exactly `size` bytes, or with what there is until the stream ends, and emits how
 * many were stored.
 *
 * @param size Bytes to read; by default, and at most, the length of `target`.
 * @see The socket document, `socket.readinto(buf[, nbytes])`.
 */
export function readinto(target: Uint8Array, size: number = target.length): OperatorFunction<ByteQueue, number> {
  checkSize(size);
  return (queue$) =>
    queue$.pipe(
      read(Math.min(size, target.length)),
      map((bytes) => bytes.copy(target)),
    );
}

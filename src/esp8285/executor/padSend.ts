import { concatMap, defer, filter, type Observable, take, takeUntil, timer } from 'rxjs';

import type { Wire } from './wire';

/** So many bytes are given at a time, so many milliseconds apart. */
const fill = { size: 64, pause: 10 };

/**
 * Cold: gives a modem that may wait for the bytes of a send as many as it may wait for, until it is heard: behind the last
 * byte each of these is a line that it refuses. What the peer of that send gets is junk.
 *
 * @param length Most bytes that it may wait for.
 */
export function padSend(wire: Wire, length: number): Observable<never> {
  return defer(() =>
    timer(0, fill.pause, wire.clock).pipe(
      take(Math.ceil(length / fill.size)),
      concatMap(() => wire.write(Buffer.alloc(fill.size, '\r\n'))),
      takeUntil(wire.frames$.pipe(filter(({ kind }) => kind === 'taken' || kind === 'final' || kind === 'busy'))),
    ),
  );
}

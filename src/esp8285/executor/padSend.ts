import { concatMap, defer, filter, type Observable, take, takeUntil, timer } from 'rxjs';

import type { Wire } from './wire';

/** Bytes that are given at a time, and milliseconds between them. */
const padding = { size: 64, pause: 10 };

/**
 * Cold: gives a modem that may wait for the bytes of a send as many line ends as it may wait for, until it says something.
 * After the last byte of the send, each line end is an empty command that it refuses. The peer of that send gets junk.
 *
 * @param length Most bytes that the modem may wait for.
 */
export function padSend(wire: Wire, length: number): Observable<never> {
  return defer(() =>
    timer(0, padding.pause, wire.clock).pipe(
      take(Math.ceil(length / padding.size)),
      concatMap(() => wire.write(Buffer.alloc(padding.size, '\r\n'))),
      takeUntil(wire.frames$.pipe(filter(({ kind }) => kind === 'taken' || kind === 'final' || kind === 'busy'))),
    ),
  );
}

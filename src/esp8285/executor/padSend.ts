import { concatMap, defer, filter, type Observable, take, takeUntil, timer } from 'rxjs';

import type { Wire } from './wire';

/** How many bytes are sent at a time, and the milliseconds between them. */
const padding = { size: 64, pause: 10 };

/**
 * Cold: sends line ends to a modem that may wait for the bytes of a send, until the modem says something. After the
 * last byte of the send, each line end is an empty command, which the modem refuses. The peer of that send receives
 * junk.
 *
 * @param length The most bytes that the modem may wait for, and that are sent.
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

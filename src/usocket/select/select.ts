import { asyncScheduler, defaultIfEmpty, defer, map, type Observable } from 'rxjs';

import type { Pollable } from '../../streams';
import { callError } from '../contract/osError';
import { firstReady } from './firstReady';
import {
  checkTime,
  isPollable,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  type PollOptions,
  POLLOUT,
  PollStreams,
} from './poll';

/** The streams of the three lists of `select` that are ready, in their order. */
export type Selected<R, W, X> = readonly [readable: R[], writable: W[], failed: X[]];

/** A stream that has ended, failed or is closed is ready for everything, because a call on it returns at once. */
const readEvents = POLLIN | POLLHUP | POLLERR | POLLNVAL;
const writeEvents = POLLOUT | POLLHUP | POLLERR | POLLNVAL;
const failureEvents = POLLERR | POLLNVAL;

/**
 * Waits until any of the streams can be read, can be written to or has failed. Cold: emits three lists once, and empty
 * ones when the time is up. A stream may be in more than one list.
 *
 *     uselect.select$([sock, uart], [], [], 5).subscribe(([readable]) => console.log(readable));
 *
 * Errors: `EINVAL` for an argument that is not a list, an object without `readiness$`, and a value that is not a time.
 *
 * @param seconds 0 does not wait. `null` or a negative number waits for ever. Default: `null`.
 * @see MicroPython, `select.select(rlist, wlist, xlist[, timeout])`. `uselect.poll()` watches many streams at less
 *   cost.
 */
export function select$<R extends Pollable, W extends Pollable, X extends Pollable>(
  read: readonly R[],
  write: readonly W[],
  failed: readonly X[],
  seconds: number | null = null,
  { scheduler = asyncScheduler }: PollOptions = {},
): Observable<Selected<R, W, X>> {
  return defer(() => {
    checkList(read, 'read from');
    checkList(write, 'write to');
    checkList(failed, 'watch for failures');
    const poller = new PollStreams<Pollable>({ scheduler });
    for (const stream of [...read, ...write, ...failed]) poller.register(stream);
    return poller.ready$.pipe(
      map((ready): Selected<R, W, X> => {
        const events = new Map(ready);
        const having =
          (mask: number) =>
          (stream: Pollable): boolean =>
            ((events.get(stream) ?? 0) & mask) !== 0;
        return [
          read.filter(having(readEvents)),
          write.filter(having(writeEvents)),
          failed.filter(having(failureEvents)),
        ];
      }),
      firstReady(checkTime(seconds, 'select') * 1000, (lists) => lists.some(({ length }) => length > 0), scheduler),
      defaultIfEmpty<Selected<R, W, X>, Selected<R, W, X>>([[], [], []]),
    );
  });
}

function checkList(list: unknown, purpose: string): void {
  if (!Array.isArray(list)) {
    throw callError('select', 'EINVAL', `the streams to ${purpose} are not a list`);
  }
  const wrong = list.findIndex((stream) => !isPollable(stream));
  if (wrong < 0) return;
  throw callError('select', 'EINVAL', `number ${wrong} of the streams to ${purpose}, from 0, has no readiness$`);
}

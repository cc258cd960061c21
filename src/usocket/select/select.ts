import { asyncScheduler, defer, map, type Observable } from 'rxjs';

import type { Pollable } from '../../streams';
import { callError } from '../contract/osError';
import {
  checkTime,
  firstInTime,
  isPollable,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  type PollOptions,
  POLLOUT,
  PollStreams,
} from './poll';

/** Those of the three lists that are ready, each in its order. */
export type Selected<R, W, X> = readonly [readable: R[], writable: W[], failed: X[]];

/** A stream that has gone, failed or is closed is ready for everything: the call returns at once, and says so. */
const readEvents = POLLIN | POLLHUP | POLLERR | POLLNVAL;
const writeEvents = POLLOUT | POLLHUP | POLLERR | POLLNVAL;
const failureEvents = POLLERR | POLLNVAL;

/**
 * Waits until a stream can be read or written, or has failed. Cold: emits three lists once, empty ones when the time is
 * up. A stream may stand in several of them.
 *
 *     const [readable] = await uselect.select([sock, uart], [], [], 5);
 *
 * Errors: `EINVAL` for what is no list, for what has no `readiness$`, and for what is no time.
 *
 * @param seconds 0 looks and returns at once; `null`, or a negative number, waits for ever. Default: for ever.
 * @see MicroPython, `select.select(rlist, wlist, xlist[, timeout])`; {@link PollStreams} watches many streams at less cost.
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
      firstInTime<Selected<R, W, X>>({
        milliseconds: checkTime(seconds, 'select') * 1000,
        isReady: (lists) => lists.some(({ length }) => length > 0),
        nothing: [[], [], []],
        scheduler,
      }),
    );
  });
}

function checkList(list: unknown, purpose: string): void {
  if (!Array.isArray(list)) {
    throw callError('select', 'EINVAL', `the streams to ${purpose} are no list`);
  }
  const wrong = list.findIndex((stream) => !isPollable(stream));
  if (wrong < 0) return;
  throw callError('select', 'EINVAL', `number ${wrong} of the streams to ${purpose}, from 0, has no readiness$`);
}

import type { Pollable } from '../../streams';
import { type Abortable, partOptions, promiseOf } from '../contract/promiseOf';
import { PollStreams, type Ready } from './poll';
import { select$, type Selected } from './select';

/**
 * Waits for several streams at once: sockets, serial lines, anything with a `readiness$`. Each method that returns a
 * promise takes `{ signal }` last, which aborts the call: see {@link Abortable}. {@link ready$} emits every change
 * without a call.
 *
 *     const poller = uselect.poll();
 *     poller.register(sock, uselect.POLLIN);
 *     poller.register(uart, uselect.POLLIN);
 *     for (const [stream, events] of await poller.poll(1000)) console.log(stream, events);
 *
 * @see MicroPython, `select.poll`.
 */
export class Poll<T extends Pollable = Pollable> extends PollStreams<T> {
  /**
   * Resolves to the streams that are ready, each with its events, as soon as there are any, or to an empty list when
   * the time is up. Rejects with `EINVAL` for a value that is not a time.
   *
   * @param milliseconds 0 does not wait. A negative number or `null` waits for ever. Default: -1.
   */
  poll(milliseconds: number | null | undefined, options?: Abortable): Promise<readonly Ready<T>[]>;
  poll(options?: Abortable): Promise<readonly Ready<T>[]>;
  poll(first?: number | null | Abortable, second?: Abortable): Promise<readonly Ready<T>[]> {
    const [[milliseconds], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.poll$(milliseconds), options);
  }

  /**
   * Resolves to the streams that are ready, as {@link poll} does. With `flags` 1 a stream that has been reported is watched
   * only for `POLLERR`, `POLLHUP` and `POLLNVAL`, until {@link modify} is called for it.
   *
   *     for (const [stream, events] of await poller.ipoll(1000, 1)) console.log(stream, events);
   *
   * @see MicroPython, `select.poll.ipoll(timeout, flags)`.
   */
  ipoll(
    milliseconds: number | null | undefined,
    flags: number | undefined,
    options?: Abortable,
  ): Promise<readonly Ready<T>[]>;
  ipoll(milliseconds: number | null | undefined, options?: Abortable): Promise<readonly Ready<T>[]>;
  ipoll(options?: Abortable): Promise<readonly Ready<T>[]>;
  ipoll(...given: (number | null | undefined | Abortable)[]): Promise<readonly Ready<T>[]> {
    const [[milliseconds, flags], options] = partOptions<number | null, Abortable>(given);
    return promiseOf(this.ipoll$(milliseconds, flags ?? undefined), options);
  }
}

/**
 * Waits until any of the streams can be read, can be written to or has failed. Resolves to the streams of each list
 * that are ready, and to empty lists when the time is up. A stream may be in more than one list.
 *
 *     const [readable] = await uselect.select([sock, uart], [], [], 5);
 *
 * Rejects with `EINVAL` for an argument that is not a list, an object without `readiness$`, and a value that is not a
 * time.
 *
 * @param seconds 0 does not wait. `null` or a negative number waits for ever. Default: `null`.
 * @see MicroPython, `select.select(rlist, wlist, xlist[, timeout])`.
 */
export function select<R extends Pollable, W extends Pollable, X extends Pollable>(
  read: readonly R[],
  write: readonly W[],
  failed: readonly X[],
  seconds: number | null | undefined,
  options?: Abortable,
): Promise<Selected<R, W, X>>;
export function select<R extends Pollable, W extends Pollable, X extends Pollable>(
  read: readonly R[],
  write: readonly W[],
  failed: readonly X[],
  options?: Abortable,
): Promise<Selected<R, W, X>>;
export function select<R extends Pollable, W extends Pollable, X extends Pollable>(
  read: readonly R[],
  write: readonly W[],
  failed: readonly X[],
  first?: number | null | Abortable,
  second?: Abortable,
): Promise<Selected<R, W, X>> {
  const [[seconds], options] = partOptions<number | null, Abortable>([first, second]);
  return promiseOf(select$(read, write, failed, seconds), options);
}

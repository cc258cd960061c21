import type { Pollable } from '../../streams';
import { type Abortable, partOptions, promiseOf } from '../contract/promiseOf';
import { PollStreams, type Ready } from './poll';
import { select$, type Selected } from './select';

/**
 * As {@link PollStreams}, with promises: each is the first value of the observable of the same name with a `$`, and takes
 * `{ signal }` last, which gives it up.
 */
export class Poll<T extends Pollable = Pollable> extends PollStreams<T> {
  /** Resolves to the streams that are ready, each with its events; to none when the time, in milliseconds, is up. */
  poll(options?: Abortable): Promise<readonly Ready<T>[]>;
  poll(milliseconds: number | null | undefined, options?: Abortable): Promise<readonly Ready<T>[]>;
  poll(first?: number | null | Abortable, second?: Abortable): Promise<readonly Ready<T>[]> {
    const [[milliseconds], options] = partOptions<number | null, Abortable>([first, second]);
    return promiseOf(this.poll$(milliseconds), options);
  }

  /** One step of MicroPython's iterator: `for (const [stream, events] of await poller.ipoll(1000, 1)) …` */
  ipoll(options?: Abortable): Promise<readonly Ready<T>[]>;
  ipoll(milliseconds: number | null | undefined, options?: Abortable): Promise<readonly Ready<T>[]>;
  ipoll(
    milliseconds: number | null | undefined,
    flags: number | undefined,
    options?: Abortable,
  ): Promise<readonly Ready<T>[]>;
  ipoll(...given: (number | null | undefined | Abortable)[]): Promise<readonly Ready<T>[]> {
    const [[milliseconds, flags], options] = partOptions<number | null, Abortable>(given);
    return promiseOf(this.ipoll$(milliseconds, flags ?? undefined), options);
  }
}

/**
 * As {@link select$}: resolves to those of the three lists that are ready, or to empty ones when the time, in seconds, is
 * up. Rejects with `EINVAL` for what cannot be waited for, and with the reason of `{ signal }`.
 */
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
  seconds: number | null | undefined,
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

import { firstValueFrom } from 'rxjs';

import type { Pollable } from '../../streams';
import { PollStreams, type Ready } from './poll';
import { select$, type Selected } from './select';

/** As {@link PollStreams}, with promises: each is the first value of the observable of the same name with a `$`. */
export class Poll<T extends Pollable = Pollable> extends PollStreams<T> {
  poll(milliseconds?: number | null): Promise<readonly Ready<T>[]> {
    return firstValueFrom(this.poll$(milliseconds));
  }

  /** One step of MicroPython's iterator: `for (const [stream, events] of await poller.ipoll(1000, 1)) …` */
  ipoll(milliseconds?: number | null, flags?: number): Promise<readonly Ready<T>[]> {
    return firstValueFrom(this.ipoll$(milliseconds, flags));
  }
}

/** As {@link select$}: resolves to those of the three lists that are ready, or to empty ones when the time is up. */
export function select<R extends Pollable, W extends Pollable, X extends Pollable>(
  read: readonly R[],
  write: readonly W[],
  failed: readonly X[],
  seconds?: number | null,
): Promise<Selected<R, W, X>> {
  return firstValueFrom(select$(read, write, failed, seconds));
}

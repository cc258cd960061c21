import { firstValueFrom } from 'rxjs';

import type { Pollable } from '../streams';
import { PollStreams, type Ready } from './poll';

/** As {@link PollStreams}, with promises: each is the first value of the observable of the same name with a `$`. */
export class Poll<T extends Pollable = Pollable> extends PollStreams<T> {
  poll(milliseconds?: number): Promise<readonly Ready<T>[]> {
    return firstValueFrom(this.poll$(milliseconds));
  }

  /** One step of MicroPython's iterator: `for (const [stream, events] of await poller.ipoll(1000, 1)) …` */
  ipoll(milliseconds?: number, flags?: number): Promise<readonly Ready<T>[]> {
    return firstValueFrom(this.ipoll$(milliseconds, flags));
  }
}

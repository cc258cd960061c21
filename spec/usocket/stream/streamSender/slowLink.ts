import { concat, EMPTY, ignoreElements, type Observable, type SchedulerLike, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import type { StreamLink } from '../../../../src/usocket';
import { StreamSender } from '../../../../src/usocket/stream/streamSender';

/** A link that takes 3 ms over each piece, of 8 bytes at most, and what it has been given. */
export function slowLink(scheduler: TestScheduler, taken: () => Observable<never> = () => EMPTY, turn?: SchedulerLike) {
  const given: string[] = [];
  const link: Pick<StreamLink, 'maxSend' | 'send'> = {
    maxSend: 8,
    send: (bytes) => {
      given.push(`${scheduler.now()}: ${Buffer.from(bytes).toString()}`);
      return concat(timer(3, scheduler).pipe(ignoreElements()), taken());
    },
  };
  const sender = new StreamSender((operation$) => operation$.subscribe(), turn);
  const send = (text: string) => sender.sendAll(link as StreamLink, Buffer.from(text));
  return { given, sender, send, link: link as StreamLink };
}

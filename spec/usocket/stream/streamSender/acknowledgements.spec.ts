import { describe, expect, it } from '@jest/globals';
import { concat, EMPTY, ignoreElements, map, throwError, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import type { StreamLink } from '../../../../src/usocket';
import { StreamSender } from '../../../../src/usocket/stream/streamSender';
import { marbles } from '../../../../harness/time/marbles';

describe('StreamSender over a link that tells when bytes are taken and when they are acknowledged', () => {
  /** Takes a piece after 2 ms, and acknowledges it after 7, or loses the piece of this number then. */
  function tellingLink(scheduler: TestScheduler, lost = 0) {
    const given: string[] = [];
    const link: Pick<StreamLink, 'maxSend' | 'send'> = {
      maxSend: 8,
      send: (bytes) => {
        const isLost = given.push(`${scheduler.now()}: ${Buffer.from(bytes).toString()}`) === lost;
        const end$ = timer(5, scheduler).pipe(ignoreElements());
        const taken$ = timer(2, scheduler).pipe(map(() => undefined));
        return concat(taken$, end$, isLost ? throwError(() => new Error('lost')) : EMPTY);
      },
    };
    const sender = new StreamSender((operation$) => operation$.subscribe());
    const send = (text: string) => sender.sendAll(link as StreamLink, Buffer.from(text));
    return { given, sender, send, link: link as StreamLink };
  }

  it(
    'begins the next send when the last one is taken, and ends a call when its bytes are acknowledged',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, sender, send } = tellingLink(scheduler);
      expectObservable(send('one')).toBe(' --a----|', { a: 3 });
      expectObservable(send('two')).toBe(' ----a----|', { a: 3 });
      expectObservable(send('three')).toBe('----a----|', { a: 5 });
      flush();
      expect(given).toEqual(['0: one', '2: twothree']);
      expect(sender.acknowledged).toBe(11);
    }),
  );

  it(
    'has several pieces of a call under way, and tells of it when the last one is acknowledged',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, send } = tellingLink(scheduler);
      expectObservable(send('twenty bytes, all told')).toBe('------a----|', { a: 22 });
      flush();
      expect(given).toEqual(['0: twenty b', '2: ytes, al', '4: l told']);
    }),
  );

  it(
    'has room again for what is acknowledged',
    marbles(({ expectObservable }, scheduler) => {
      const { sender, send } = tellingLink(scheduler);
      sender.resize(3);
      expectObservable(send('one')).toBe('     --a----|', { a: 3 });
      expectObservable(sender.hasRoom$).toBe('f------t', { t: true, f: false });
    }),
  );

  it(
    'fails a call once when several of its pieces are lost, and the bytes before them count as acknowledged',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, sender, send } = tellingLink(scheduler, 2);
      expectObservable(send('twenty bytes, all told')).toBe('------a--#', { a: 22 }, new Error('lost'));
      flush();
      expect(given).toHaveLength(3);
      expect(sender.acknowledged).toBe(8 + 6);
    }),
  );

  it(
    'takes nothing back of a call that is given up, but hands no more of it over',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, sender, send } = tellingLink(scheduler);
      expectObservable(send('twenty bytes, all told'), '---!').toBe('---');
      expectObservable(send('next')).toBe('                         -----a----|', { a: 4 });
      flush();
      expect(given).toEqual(['0: twenty b', '2: ytes, al', '3: next']);
      expect(sender.acknowledged).toBe(12);
    }),
  );

  it(
    'is flushed when the last of its bytes is acknowledged',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, sender, send, link } = tellingLink(scheduler);
      send('one').subscribe();
      send('and a long rest').subscribe();
      expectObservable(sender.flush(link)).toBe('-------|');
      flush();
      expect(given).toEqual(['0: one', '0: and a lo', '0: ng rest']);
    }),
  );
});

import { describe, expect, it } from '@jest/globals';
import { filter, ignoreElements, type Observable, take, throwError, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import type { StreamLink } from '../../../../src/usocket';
import { marbles } from '../../../../harness/time/marbles';
import { slowLink } from './slowLink';

describe('the send buffer of a StreamSender', () => {
  /** Puts texts in, and tells how much of each was taken. */
  function filling(scheduler: TestScheduler, taken?: () => Observable<never>) {
    const parts = slowLink(scheduler, taken);
    const failures: unknown[] = [];
    const put = (text: string) =>
      parts.sender.put(parts.link, Buffer.from(text), (handing$) => {
        handing$.subscribe({ error: (error: unknown) => failures.push(error) });
      });
    return { ...parts, put, failures };
  }

  it(
    'takes what there is room for, joins it, and has room again for what the link has taken',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, sender, put } = filling(scheduler);
      sender.resize(10);
      expectObservable(sender.hasRoom$).toBe('a--b--', { a: false, b: true });
      expect([put('one'), put('two'), put('three'), put('four')]).toEqual([3, 3, 4, 0]);
      scheduler.schedule(() => expect(sender.room).toBe(3), 4);
      flush();
      expect(given).toEqual(['0: one', '3: twothre']);
    }),
  );

  it(
    'keeps the order with those that wait, whose bytes count',
    marbles(({ flush }, scheduler) => {
      const { given, sender, put, send } = filling(scheduler);
      sender.resize(20);
      put('one');
      put('two');
      send('waits').subscribe();
      expect([put('three'), put('four more')]).toEqual([5, 4]);
      flush();
      expect(given).toEqual(['0: one', '3: twowaits', '6: threefou', '9: r']);
    }),
  );

  it(
    'keeps a copy, for the caller may use its buffer again',
    marbles(({ flush }, scheduler) => {
      const { given, sender, link } = filling(scheduler);
      const bytes = Buffer.from('one');
      for (const text of ['one', 'two', 'six']) {
        bytes.write(text);
        sender.put(link, bytes, (handing$) => void handing$.subscribe());
      }
      bytes.fill('x');
      flush();
      expect(given).toEqual(['0: one', '3: twosix']);
    }),
  );

  it(
    'drops what is in it with what has failed, and tells that once',
    marbles(({ flush }, scheduler) => {
      const failure = new Error('lost');
      const { given, sender, put, failures } = filling(scheduler, () => throwError(() => failure));
      put('one');
      put('a long rest');
      flush();
      expect(given).toEqual(['0: one', '3: a long r']);
      expect(failures).toEqual([failure, failure]);
      expect(sender.room).toBe(8192);
    }),
  );

  it(
    'is handed over at once before the link is closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, sender, put, link } = filling(scheduler);
      put('one');
      put('a long rest');
      expectObservable(sender.flush(link)).toBe('---|');
      flush();
      expect(given).toEqual(['0: one', '0: a long r', '0: est']);
    }),
  );

  it(
    'takes bytes one by one, as many as it holds',
    marbles(({ flush }, scheduler) => {
      const { given, sender, put } = filling(scheduler);
      let taken = 0;
      while (put('x') === 1) taken++;
      expect(taken).toBe(8192);
      flush();
      expect(given.slice(0, 3)).toEqual(['0: x', '3: xxxxxxxx', '6: xxxxxxxx']);
      expect(sender.room).toBe(8192);
    }),
  );

  it(
    'lets go of what the link has taken, of who writes on and on',
    marbles(({ flush }, scheduler) => {
      const { sender } = slowLink(scheduler);
      const held: number[] = [];
      const link: Pick<StreamLink, 'maxSend' | 'send'> = {
        maxSend: 4096,
        send: ({ buffer }) => {
          held.push(buffer.byteLength);
          return timer(1, scheduler).pipe(ignoreElements());
        },
      };
      const write = () =>
        void sender.put(link as StreamLink, Buffer.alloc(8192), (handing$) => void handing$.subscribe());
      sender.hasRoom$.pipe(filter(Boolean), take(100)).subscribe(write);
      flush();
      expect(held.length).toBeGreaterThan(100);
      // A copy of less than half a pool is a part of one, which is of 8 KiB up to Node.js 24, and of 64 KiB in 26.
      const pool = Buffer.from('x').buffer.byteLength;
      expect(Math.max(...held)).toBeLessThanOrEqual(Math.max(8192, pool));
    }),
  );
});

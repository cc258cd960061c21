import { describe, expect, it } from '@jest/globals';
import {
  concat,
  EMPTY,
  filter,
  ignoreElements,
  map,
  mergeMap,
  type Observable,
  repeat,
  type SchedulerLike,
  take,
  throwError,
  timer,
} from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import type { StreamLink } from '../../../src/usocket';
import { StreamSender } from '../../../src/usocket/stream/streamSender';
import { marbles } from '../../../harness/time/marbles';

/** A link that takes 3 ms over each piece, of 8 bytes at most, and what it has been given. */
function slowLink(scheduler: TestScheduler, taken: () => Observable<never> = () => EMPTY, turn?: SchedulerLike) {
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

describe('StreamSender', () => {
  it(
    'joins small sends that wait, in their order, and ends each when its bytes have been taken',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, send } = slowLink(scheduler);
      expectObservable(send('one')).toBe('  ---(a|)', { a: 3 });
      expectObservable(send('two')).toBe('  ------(a|)', { a: 3 });
      expectObservable(send('three')).toBe('------(a|)', { a: 5 });
      expectObservable(send('four')).toBe(' ---------(a|)', { a: 4 });
      flush();
      expect(given).toEqual(['0: one', '3: twothree', '6: four']);
    }),
  );

  it(
    'cuts a long send into pieces, and fills the last one up with what waits',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, send } = slowLink(scheduler);
      expectObservable(send('ten-bytes.')).toBe('   ------(a|)', { a: 10 });
      expectObservable(send('more than 6')).toBe('  ---------(a|)', { a: 11 });
      flush();
      expect(given).toEqual(['0: ten-byte', '3: s.more t', '6: han 6']);
    }),
  );

  it('hands one call over without a copy', () => {
    const bytes = Buffer.from('one');
    let given: Uint8Array | undefined;
    const sender = new StreamSender((operation$) => operation$.subscribe());
    const send = (taken: Uint8Array) => {
      given = taken;
      return EMPTY;
    };
    sender.sendAll({ maxSend: 8, send } as unknown as StreamLink, bytes).subscribe();
    expect(given?.buffer).toBe(bytes.buffer);
  });

  it(
    'sends nothing of a call that has been given up before its turn, and goes on with the next',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, send } = slowLink(scheduler);
      expectObservable(send('one')).toBe('       ---(a|)', { a: 3 });
      expectObservable(send('two'), '--!').toBe('--');
      expectObservable(send('three')).toBe('     ------(a|)', { a: 5 });
      flush();
      expect(given).toEqual(['0: one', '3: three']);
    }),
  );

  it(
    'goes on at once when the only call under way is given up',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { given, send } = slowLink(scheduler);
      expectObservable(send('one'), '-!').toBe('--');
      expectObservable(send('two')).toBe('----(a|)', { a: 3 });
      flush();
      expect(given).toEqual(['0: one', '1: two']);
    }),
  );

  it(
    'fails the calls whose bytes were lost, and no other',
    marbles(({ expectObservable }, scheduler) => {
      const failure = new Error('lost');
      let count = 0;
      const { send } = slowLink(scheduler, () => (++count === 2 ? throwError(() => failure) : EMPTY));
      expectObservable(send('one')).toBe('  ---(a|)', { a: 3 });
      expectObservable(send('two')).toBe('  ------#', undefined, failure);
      expectObservable(send('three')).toBe('------#', undefined, failure);
      expectObservable(send('four')).toBe(' ---------(a|)', { a: 4 });
    }),
  );

  describe('with turns of the event loop', () => {
    it(
      'joins the sends of one turn, and sends one that is alone in its own turn',
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        const { given, send } = slowLink(scheduler, undefined, scheduler);
        expectObservable(send('one')).toBe('---(a|)', { a: 3 });
        expectObservable(send('two')).toBe('---(a|)', { a: 3 });
        expectObservable(cold('-----a').pipe(mergeMap(() => send('alone')))).toBe('--------a', { a: 5 });
        flush();
        expect(given).toEqual(['0: onetwo', '5: alone']);
      }),
    );

    it(
      'joins what waits, and what comes in the turn in which the link has taken the bytes before',
      marbles(({ flush }, scheduler) => {
        const { given, send } = slowLink(scheduler, undefined, scheduler);
        send('one').subscribe();
        // Each begins again when its bytes have been taken, as the calls of a program do that waits for each.
        for (const text of ['1', '2', '3']) send(text).pipe(repeat(3)).subscribe();
        flush();
        expect(given).toEqual(['0: one123', '3: 123', '6: 123']);
      }),
    );

    it(
      'sends nothing of a call that is given up in the same turn',
      marbles(({ flush }, scheduler) => {
        const { given, send } = slowLink(scheduler, undefined, scheduler);
        send('one').subscribe().unsubscribe();
        flush();
        expect(given).toEqual([]);
        send('two').subscribe();
        send('three').subscribe().unsubscribe();
        flush();
        expect(given).toEqual(['0: two']);
      }),
    );

    it(
      'hands bytes for the send buffer over at once, so that the call fails if the connection has ended',
      marbles(({ flush }, scheduler) => {
        const { given, sender, send, link } = slowLink(scheduler, undefined, scheduler);
        sender.put(link, Buffer.from('one'), (handing$) => void handing$.subscribe());
        expect(given).toEqual(['0: one']);
        send('two').subscribe();
        flush();
        expect(given).toEqual(['0: one', '3: two']);
      }),
    );

    it(
      'is flushed in the middle of a turn, and sends nothing twice',
      marbles(({ flush }, scheduler) => {
        const { given, sender, send, link } = slowLink(scheduler, undefined, scheduler);
        send('one').subscribe();
        send('two').subscribe();
        sender.flush(link).subscribe();
        expect(given).toEqual(['0: onetwo']);
        flush();
        expect(given).toEqual(['0: onetwo']);
      }),
    );
  });

  describe('over a link that tells when bytes are taken and when they are acknowledged', () => {
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

  describe('the send buffer', () => {
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
        expect(Math.max(...held)).toBeLessThanOrEqual(8192);
      }),
    );
  });
});

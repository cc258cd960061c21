import { describe, expect, it } from '@jest/globals';
import { EMPTY, mergeMap, repeat, throwError } from 'rxjs';

import type { StreamLink } from '../../../../src/usocket';
import { StreamSender } from '../../../../src/usocket/stream/streamSender';
import { marbles } from '../../../../harness/time/marbles';
import { slowLink } from './slowLink';

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
});

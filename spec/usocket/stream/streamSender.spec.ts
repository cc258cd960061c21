import { describe, expect, it } from '@jest/globals';
import { concat, EMPTY, ignoreElements, type Observable, throwError, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import type { StreamLink } from '../../../src/usocket';
import { StreamSender } from '../../../src/usocket/stream/streamSender';
import { marbles } from '../../streams/marbles';

/** A link that takes 3 ms over each piece, of 8 bytes at most, and what it has been given. */
function slowLink(scheduler: TestScheduler, taken: () => Observable<never> = () => EMPTY) {
  const given: string[] = [];
  const link: Pick<StreamLink, 'maxSend' | 'send'> = {
    maxSend: 8,
    send: (bytes) => {
      given.push(`${scheduler.now()}: ${Buffer.from(bytes).toString()}`);
      return concat(timer(3, scheduler).pipe(ignoreElements()), taken());
    },
  };
  const sender = new StreamSender();
  sender.sending$.subscribe();
  const send = (text: string) => sender.sendAll(link as StreamLink, Buffer.from(text));
  return { given, sender, send };
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
    const sender = new StreamSender();
    sender.sending$.subscribe();
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

  it(
    'is busy from the first byte to the last, and not when its callers hear of the end',
    marbles(({ expectObservable }, scheduler) => {
      const { sender, send } = slowLink(scheduler);
      expectObservable(sender.busy$).toBe('b--a', { a: false, b: true });
      const heard: boolean[] = [];
      send('one').subscribe(() => heard.push(sender.busy));
      scheduler.schedule(() => expect(heard).toEqual([false]), 4);
    }),
  );
});

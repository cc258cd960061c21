import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { NEVER, type Observable, of, VirtualTimeScheduler } from 'rxjs';

import { ByteReader, deadline } from '../../../src/streams';
import { buffers, marbles, toBytes } from '../../../harness/time/marbles';

const late = new Error('too late');
const lost = new Error('port lost');
const expired = () => late;

describe('deadline', () => {
  it(
    'passes on an operation that ends without a value',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--|');
      const subs = '           ^-!';
      const expected = '       --|';
      expectObservable(operation$.pipe(deadline(5, { expired }))).toBe(expected);
      expectSubscriptions(operation$.subscriptions).toBe(subs);
    }),
  );

  it(
    'ends an operation that never emits, and unsubscribes it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--------');
      const subs = '           ^----!  ';
      const expected = '       -----#  ';
      expectObservable(operation$.pipe(deadline(5, { expired }))).toBe(expected, undefined, late);
      expectSubscriptions(operation$.subscriptions).toBe(subs);
    }),
  );

  it(
    'passes on one value in time, and the end whenever it comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('----a------|');
      const subs = '           ^----------!';
      const expected = '       ----a------|';
      expectObservable(operation$.pipe(deadline(5, { expired }))).toBe(expected);
      expectSubscriptions(operation$.subscriptions).toBe(subs);
    }),
  );

  it(
    'passes on many values, once the first has come in time',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--------b--c|');
      const expected = '       --a--------b--c|';
      expectObservable(operation$.pipe(deadline(5, { expired }))).toBe(expected);
      expectSubscriptions(operation$.subscriptions).toBe('^--------------!');
    }),
  );

  it(
    'ends an operation whose first value is late',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('------a|');
      const subs = '           ^----!  ';
      const expected = '       -----#  ';
      expectObservable(operation$.pipe(deadline(5, { expired }))).toBe(expected, undefined, late);
      expectSubscriptions(operation$.subscriptions).toBe(subs);
    }),
  );

  it(
    'passes on a failure',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--#', undefined, lost);
      const expected = '       --#';
      expectObservable(operation$.pipe(deadline(5, { expired }))).toBe(expected, undefined, lost);
      expectSubscriptions(operation$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'lets the operation go when it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--------');
      const subs = '           ^--!    ';
      const expected = '       ----    ';
      expectObservable(operation$.pipe(deadline(5, { expired })), subs).toBe(expected);
      expectSubscriptions(operation$.subscriptions).toBe(subs);
    }),
  );

  it(
    'lets a synchronous operation finish, even with a time of 0',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const silent$ = cold('-');
      expectObservable(of('a').pipe(deadline(0, { expired }))).toBe(' (a|)');
      expectObservable(silent$.pipe(deadline(0, { expired }))).toBe('#', undefined, late);
      expectSubscriptions(silent$.subscriptions).toBe('(^!)');
    }),
  );

  it(
    'measures each operation from its own subscription',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inFive = deadline<string>(5, { expired });
      const one$ = cold('           ----a|');
      const other$ = cold('         ------');
      const otherSubs = '           --^----!';
      expectObservable(one$.pipe(inFive)).toBe('               ----a|  ');
      expectObservable(other$.pipe(inFive), '--^---------').toBe('-------#', undefined, late);
      expectSubscriptions(one$.subscriptions).toBe('^----!');
      expectSubscriptions(other$.subscriptions).toBe(otherSubs);
    }),
  );

  it.each([null, Infinity, 2 ** 31, 1e12])('never expires when it is %d', (milliseconds) => {
    const scheduler = new VirtualTimeScheduler();
    const errors: Error[] = [];
    NEVER.pipe(deadline(milliseconds, { expired, scheduler })).subscribe({
      error: (error: Error) => errors.push(error),
    });
    scheduler.flush();
    assert.deepStrictEqual([errors, scheduler.frame], [[], 0]);
  });

  it('measures time with the scheduler that it is given', () => {
    const scheduler = new VirtualTimeScheduler();
    const errors: [Error, number][] = [];
    NEVER.pipe(deadline(2 ** 31 - 1, { expired, scheduler })).subscribe({
      error: (error: Error) => errors.push([error, scheduler.now()]),
    });
    scheduler.flush();
    assert.deepStrictEqual(errors, [[late, 2 ** 31 - 1]]);
  });

  it('makes a new error each time', () => {
    const scheduler = new VirtualTimeScheduler();
    const errors: Error[] = [];
    const waiting$ = NEVER.pipe(deadline(5, { expired: () => new Error('too late'), scheduler }));
    for (let i = 0; i < 2; i++) waiting$.subscribe({ error: (error: Error) => errors.push(error) });
    scheduler.flush();
    assert.equal(new Set(errors).size, 2);
  });

  it(
    'loses no byte of a read that is late',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   --a--b---c--', { a: 'ab', b: 'cd', c: 'ef' });
      const readSubs = '   ^           ';
      const read = '       ----#       ';
      const againSubs = '  ------^     ';
      const again = '      ------(r|)  ';
      const restSubs = '   -------^    ';
      const rest = '       ---------(s|)';
      const reader = new ByteReader(() => rx$.pipe(toBytes()));
      reader.connect();
      const readFour$ = reader.read$(4).pipe(deadline(4, { expired }));
      expectObservable(readFour$, readSubs).toBe(read, undefined, late);
      expectObservable(readFour$, againSubs).toBe(again, buffers({ r: 'abcd' }));
      expectObservable(reader.readline$().pipe(deadline(1, { expired })), restSubs).toBe('--------#', undefined, late);
      expectObservable(reader.recv$(9).pipe(deadline(9, { expired })), restSubs).toBe(rest, buffers({ s: 'ef' }));
      expectSubscriptions(rx$.subscriptions).toBe('^');
    }),
  );

  it(
    'counts the time in which a read waits for its turn',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('  ----a--', { a: 'abc' });
      const first = '     ----(r|)';
      const second = '    ---#';
      const third = '     ----(s|)';
      const reader = new ByteReader(() => rx$.pipe(toBytes()));
      reader.connect();
      expectObservable(reader.recv$(1)).toBe(first, buffers({ r: 'a' }));
      expectObservable(reader.recv$(1).pipe(deadline(3, { expired }))).toBe(second, undefined, late);
      expectObservable(reader.recv$(9)).toBe(third, buffers({ s: 'bc' }));
      expectSubscriptions(rx$.subscriptions).toBe('^');
    }),
  );

  it('keeps the type of the operation', () => {
    const bounded$: Observable<number> = of(1).pipe(deadline(5, { expired }));
    // @ts-expect-error An operation of numbers does not become one of strings.
    const wrong$: Observable<string> = of(1).pipe(deadline(5, { expired }));
    assert.notEqual(bounded$, wrong$);
  });
});

import { describe, it } from '@jest/globals';
import { BehaviorSubject, map, type Observable, tap } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

import { Overflow } from '../../../../src/esp8285/links/adaptive/overflow';
import { marbles, toBytes } from '../../../../harness/time/marbles';

const full = new Error('too much');

/** A reader that has room for that many bytes. Each digit of the diagram is how many of them it takes. */
function kept({ cold }: RunHelpers, pieces$: Observable<string>, capacity: number, reads = '', limit = 8) {
  const room$ = new BehaviorSubject(capacity);
  const change = (bytes: number): void => room$.next(Math.max(0, room$.value + bytes));
  cold(reads).subscribe((bytes) => change(Number(bytes)));
  const overflow = new Overflow({ room$, limit: () => limit, full: () => full });
  const out$ = pieces$.pipe(
    toBytes(),
    overflow.keep(),
    tap(({ length }) => change(-length)),
    map((piece) => String(piece)),
  );
  return { out$, overflow };
}

describe('Overflow', () => {
  it(
    'passes on what there is room for, as it is, and the end after it',
    marbles((helpers) => {
      const pieces$ = helpers.cold('--p-q-|', { p: 'abcd', q: 'ef' });
      const { out$ } = kept(helpers, pieces$, 8);
      helpers.expectObservable(out$).toBe('--p-q-|', { p: 'abcd', q: 'ef' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^-----!');
    }),
  );

  it(
    'keeps the rest until there is room, and the end with it',
    marbles((helpers) => {
      const pieces$ = helpers.cold('-p-q|', { p: 'abcd', q: 'ef' });
      const { out$ } = kept(helpers, pieces$, 3, '-----2---4');
      const values = { p: 'abc', d: 'd', e: 'e', f: 'f' };
      helpers.expectObservable(out$).toBe('-p---(de)(f|)', values);
    }),
  );

  it(
    'keeps them in order, also those that come while it passes others on',
    marbles((helpers) => {
      const pieces$ = helpers.cold('-p-q----r-|', { p: 'ab', q: 'cd', r: 'ef' });
      const { out$ } = kept(helpers, pieces$, 1, '----9');
      helpers.expectObservable(out$).toBe('-a--(bq)r-|', { a: 'a', b: 'b', q: 'cd', r: 'ef' });
    }),
  );

  it(
    'fails for more than the limit, and drops what it keeps',
    marbles((helpers) => {
      const pieces$ = helpers.cold('-p-q-r-|', { p: 'abcde', q: 'fgh', r: 'i' });
      const { out$ } = kept(helpers, pieces$, 0);
      helpers.expectObservable(out$).toBe('-----#', {}, full);
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'passes everything on when nothing may be kept: the queue of the reader reports it',
    marbles((helpers) => {
      const { out$ } = kept(helpers, helpers.cold('-p', { p: 'abcde' }), 2, '', 0);
      helpers.expectObservable(out$).toBe('-p', { p: 'abcde' });
    }),
  );

  it(
    'reports a failure after what it keeps',
    marbles((helpers) => {
      const { out$ } = kept(helpers, helpers.cold('-p#', { p: 'ab' }, full), 0, '-----9');
      helpers.expectObservable(out$).toBe('-----(p#)', { p: 'ab' }, full);
    }),
  );

  it(
    'has no room for what could be asked for while it keeps something',
    marbles((helpers) => {
      const { out$, overflow } = kept(helpers, helpers.cold('-p', { p: 'abcde' }), 4, '---9');
      helpers.expectObservable(overflow.room$).toBe('ab-c', { a: 4, b: 0, c: 8 });
      helpers.expectObservable(out$).toBe('-p-q', { p: 'abcd', q: 'e' });
    }),
  );

  it(
    'tells again that it has no room each time that the reader takes some of what it keeps',
    marbles((helpers) => {
      const { out$, overflow } = kept(helpers, helpers.cold('-p', { p: 'abcde' }), 0, '--1-2--9');
      helpers.expectObservable(overflow.room$).toBe('a-a-a--b', { a: 0, b: 7 });
      helpers.expectObservable(out$).toBe('--p-q--r', { p: 'a', q: 'bc', r: 'de' });
    }),
  );
});

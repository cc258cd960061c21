import { describe, it } from '@jest/globals';
import { BehaviorSubject, EMPTY, map, NEVER, type Observable, tap } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';

import { paceToRoom, type PaceOptions } from '../../../src/esp8285/flow/paceToRoom';
import { marbles, toBytes } from '../../../harness/time/marbles';

const patience = 10;

/** A reader that has room for that many bytes. Each digit of the diagram is how many of them it takes. */
interface Reader {
  readonly capacity: number;
  readonly reads?: string;
}

/** Pieces of text, as far as the reader has room for them. */
function paced(
  { cold }: RunHelpers,
  scheduler: TestScheduler,
  pieces$: Observable<string>,
  { capacity, reads = '' }: Reader,
  options: Partial<PaceOptions> = {},
): Observable<string> {
  const room$ = new BehaviorSubject(capacity);
  const change = (bytes: number): void => room$.next(Math.max(0, room$.value + bytes));
  cold(reads).subscribe((bytes) => change(Number(bytes)));
  const pushed = { room$, isPushed: () => true, waiting$: NEVER, patience, scheduler };
  return pieces$.pipe(
    toBytes(),
    paceToRoom({ ...pushed, ...options }),
    tap(({ length }) => change(-length)),
    map((piece) => String(piece)),
  );
}

describe('paceToRoom', () => {
  it(
    'hands on what there is room for, as it is, and the end after it',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('--p-q-|', { p: 'abcd', q: 'ef' });
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 8 });
      helpers.expectObservable(out$).toBe('--p-q-|', { p: 'abcd', q: 'ef' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^-----!');
    }),
  );

  it(
    'keeps a piece for which there is no room, says meanwhile that one waits, and has the end wait, too',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p|', { p: 'ab' });
      const waiting$ = helpers.cold<never>('');
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 0, reads: '----2' }, { waiting$ });
      helpers.expectObservable(out$).toBe('----(p|)', { p: 'ab' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^-!');
      helpers.expectSubscriptions(waiting$.subscriptions).toBe('-^--!');
    }),
  );

  it(
    'hands on a part once half of what there can be at most is free, and no crumbs',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p', { p: 'abcdefgh' });
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 4, reads: '---1-1-4' });
      helpers.expectObservable(out$).toBe('-p---q-r', { p: 'abcd', q: 'ef', r: 'gh' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^');
    }),
  );

  it(
    'keeps the order of what comes meanwhile',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('(pq)-r|', { p: 'ab', q: 'cd', r: 'e' });
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 0, reads: '--------5' });
      helpers.expectObservable(out$).toBe('--------(pqr|)', { p: 'ab', q: 'cd', r: 'e' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^-----!');
    }),
  );

  it(
    'tells a failure at once, and nothing of what waits',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p-#', { p: 'ab' });
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 0, reads: '-----2' });
      helpers.expectObservable(out$).toBe('---#');
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^--!');
    }),
  );

  it(
    'hands on a piece for which no room was made in time, whatever becomes of it',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('p', { p: 'abcdef' });
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 4 });
      helpers.expectObservable(out$).toBe(`p ${patience - 1}ms q`, { p: 'abcd', q: 'ef' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^');
    }),
  );

  it(
    'lets what was asked for through: it has room',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p|', { p: 'ab' });
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 0 }, { isPushed: () => false });
      helpers.expectObservable(out$).toBe('-p|', { p: 'ab' });
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'says that nothing waits any more when it is unsubscribed from',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p', { p: 'ab' });
      const waiting$ = helpers.cold<never>('');
      const out$ = paced(helpers, scheduler, pieces$, { capacity: 0 }, { waiting$ });
      helpers.expectObservable(out$, '^---!').toBe('');
      helpers.expectSubscriptions(pieces$.subscriptions).toBe('^---!');
      helpers.expectSubscriptions(waiting$.subscriptions).toBe('-^--!');
    }),
  );

  it(
    'ends at once with a source that is empty, and says nothing of one that never emits',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const waiting$ = cold<never>('');
      expectObservable(paced(helpers, scheduler, EMPTY, { capacity: 0 }, { waiting$ })).toBe('|');
      expectObservable(paced(helpers, scheduler, NEVER, { capacity: 0 }, { waiting$ })).toBe('-');
      expectSubscriptions(waiting$.subscriptions).toBe([]);
    }),
  );

  it(
    'keeps nothing of one source for another',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const room$ = new BehaviorSubject(0);
      const operator = paceToRoom({ room$, isPushed: () => true, waiting$: NEVER, patience, scheduler });
      const first$ = cold('-p', { p: Buffer.from('ab') });
      const second$ = cold('--q|', { q: Buffer.from('cd') });
      cold('----r').subscribe(() => room$.next(2));
      expectObservable(first$.pipe(operator), '^--!').toBe('----');
      expectObservable(second$.pipe(operator)).toBe('----(q|)', { q: Buffer.from('cd') });
      expectSubscriptions(first$.subscriptions).toBe('^--!');
      expectSubscriptions(second$.subscriptions).toBe('^--!');
    }),
  );
});

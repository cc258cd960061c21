import { describe, it } from '@jest/globals';
import { BehaviorSubject, map, NEVER, type Observable, tap } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';

import { paceToRoom, type PaceOptions } from '../../../src/esp8285/flow/paceToRoom';
import { marbles, toBytes } from '../../streams/marbles';

const patience = 10;

/** A reader who has room for so many bytes; each digit of the diagram is how many of them he takes. */
interface Reader {
  readonly capacity: number;
  readonly reads?: string;
}

/** Pieces of text, as far as the reader has room for them. */
function fitted(
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
    'hands on what there is room for, as it is, and the end behind it',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('--p-q-|', { p: 'abcd', q: 'ef' });
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 8 });
      helpers.expectObservable(out$).toBe('--p-q-|', { p: 'abcd', q: 'ef' });
    }),
  );

  it(
    'keeps a piece for which there is no room, says meanwhile that one waits, and has the end wait, too',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p|', { p: 'ab' });
      const waiting$ = helpers.cold<never>('');
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 0, reads: '----2' }, { waiting$ });
      helpers.expectObservable(out$).toBe('----(p|)', { p: 'ab' });
      helpers.expectSubscriptions(waiting$.subscriptions).toBe('-^--!');
    }),
  );

  it(
    'hands on a part once half of what there can be at most is free, and no crumbs',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p', { p: 'abcdefgh' });
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 4, reads: '---1-1-4' });
      helpers.expectObservable(out$).toBe('-p---q-r', { p: 'abcd', q: 'ef', r: 'gh' });
    }),
  );

  it(
    'keeps the order of what comes meanwhile',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('(pq)-r|', { p: 'ab', q: 'cd', r: 'e' });
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 0, reads: '--------5' });
      helpers.expectObservable(out$).toBe('--------(pqr|)', { p: 'ab', q: 'cd', r: 'e' });
    }),
  );

  it(
    'tells a failure at once, and nothing of what waits',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p-#', { p: 'ab' });
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 0, reads: '-----2' });
      helpers.expectObservable(out$).toBe('---#');
    }),
  );

  it(
    'hands on a piece that nobody has made room for in time, whatever becomes of it',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('p', { p: 'abcdef' });
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 4 });
      helpers.expectObservable(out$).toBe(`p ${patience - 1}ms q`, { p: 'abcd', q: 'ef' });
    }),
  );

  it(
    'lets what was asked for through: it has room',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p|', { p: 'ab' });
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 0 }, { isPushed: () => false });
      helpers.expectObservable(out$).toBe('-p|', { p: 'ab' });
    }),
  );

  it(
    'says that nothing waits any more when it is unsubscribed from',
    marbles((helpers, scheduler) => {
      const pieces$ = helpers.cold('-p', { p: 'ab' });
      const waiting$ = helpers.cold<never>('');
      const out$ = fitted(helpers, scheduler, pieces$, { capacity: 0 }, { waiting$ });
      helpers.expectObservable(out$, '^---!').toBe('');
      helpers.expectSubscriptions(waiting$.subscriptions).toBe('-^--!');
    }),
  );
});

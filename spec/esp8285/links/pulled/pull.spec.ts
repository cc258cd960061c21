import assert from 'node:assert/strict';

import { describe, it } from '@jest/globals';
import { BehaviorSubject, concat, defer, EMPTY, ignoreElements, NEVER, Observable, of, Subject, tap } from 'rxjs';

import type { Polling } from '../../../../src/esp8285/links/polling/pollTogether';
import { pull } from '../../../../src/esp8285/links/pulled/pull';
import { marbles } from '../../../../harness/time/marbles';

const values = { 0: 0, 2: 2, 4: 4, 5: 5, 9: 9 };
const sizeOf = (waiting: number, room: number) => Math.min(waiting, room);
const error = new Error('the read failed');
const clock = { now: () => 0 };
const polling = () => NEVER;

describe('pull', () => {
  it(
    'reads while bytes wait and there is room, one read at a time, and knows since when nothing waits',
    marbles(({ cold, expectObservable, expectSubscriptions }, clock) => {
      const waiting$ = cold('0--9---4----------0-', values);
      const room$ = cold('   5---------0--2------', values);
      const times$ = cold('  ttttttttttttttttttt');
      const quiet = '        qqq---------------r';
      const read$ = cold<never>('----|');
      const unsub = '        -------------------!';
      const sizes: number[] = [];
      const read = (size: number) => {
        sizes.push(size);
        return read$;
      };
      const quietSince$ = new Subject<number>();
      const polling: Polling = (quietSince) => {
        const look = () => {
          const since = quietSince?.();
          if (since !== undefined) quietSince$.next(since);
        };
        return times$.pipe(tap(look), ignoreElements());
      };
      expectObservable(quietSince$).toBe(quiet, { q: 0, r: 18 });
      expectObservable(pull({ waiting$, room$, sizeOf, read, polling, clock }), unsub).toBe('-');
      // The second read begins with the end of the first, and the third one when there is room again.
      expectSubscriptions(read$.subscriptions).toBe([
        '---^---!',
        '-------^---!',
        '-------------^---!',
        '-----------------^-!',
      ]);
      expectSubscriptions(times$.subscriptions).toBe(' ^------------------!');
      expectSubscriptions(waiting$.subscriptions).toBe('^------------------!');
      expectSubscriptions(room$.subscriptions).toBe('   ^------------------!');
      return sizes;
    }),
  );

  it(
    'reads nothing and is not quiet without room',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const read$ = cold<never>('|');
      const polling: Polling = (quietSince) =>
        cold('-t-').pipe(
          tap(() => {
            assert.equal(quietSince?.(), undefined);
          }),
          ignoreElements(),
        );
      const options = { waiting$: of(9), room$: cold('0---', values), sizeOf, read: () => read$, polling, clock };
      expectObservable(pull(options), '---!').toBe('-');
      expectSubscriptions(read$.subscriptions).toBe([]);
    }),
  );

  it(
    'fails with a read, and ends everything else',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const waiting$ = cold('0-9---', values);
      const room$ = cold('   5-----', values);
      const read = () => cold<never>('--#', undefined, error);
      expectObservable(pull({ waiting$, room$, sizeOf, read, polling, clock })).toBe('----#', undefined, error);
      expectSubscriptions(waiting$.subscriptions).toBe('^---!');
      expectSubscriptions(room$.subscriptions).toBe('   ^---!');
    }),
  );

  it(
    'fails with a poll',
    marbles(({ cold, expectObservable }) => {
      const polling = () => cold<never>('---#', undefined, error);
      const options = {
        waiting$: cold('0', values),
        room$: cold('5', values),
        sizeOf,
        read: () => EMPTY,
        polling,
        clock,
      };
      expectObservable(pull(options)).toBe('---#', undefined, error);
    }),
  );

  it('does not fill the stack when every read ends at once', () => {
    const waiting$ = new BehaviorSubject(100_000);
    const read = () =>
      defer(() => {
        waiting$.next(waiting$.value - 1);
        return EMPTY;
      });
    const pulling = pull({ waiting$, room$: concat(of(1), NEVER), sizeOf, read, polling, clock }).subscribe();
    assert.equal(waiting$.value, 0);
    pulling.unsubscribe();
    assert.equal(waiting$.observed, false);
  });

  it('cancels a read that is under way', () => {
    let isCancelled = false;
    const read = () => new Observable<never>(() => () => (isCancelled = true));
    pull({ waiting$: of(1), room$: of(1), sizeOf, read, polling, clock })
      .subscribe()
      .unsubscribe();
    assert.equal(isCancelled, true);
  });
});

import { describe, it } from '@jest/globals';
import { EMPTY, of, Subject, tap, throwError } from 'rxjs';

import { switchOnChange } from '../../../src/streams';
import { marbles } from '../../../harness/time/marbles';

const error = new Error('it failed');
const states = { a: 'a1', b: 'a2', c: 'c1' };
const letter = (state: string): string => state.slice(0, 1);

describe('switchOnChange', () => {
  it(
    'runs one operation for as long as the part is the same, and completes with the last one',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const state$ = cold('-a--b--c--|', states);
      const operation$ = cold('--x-y-z-|');
      expectObservable(state$.pipe(switchOnChange(letter, () => operation$))).toBe('---x-y---x-y-z-|');
      expectSubscriptions(state$.subscriptions).toBe(['^---------!']);
      expectSubscriptions(operation$.subscriptions).toBe(['-^-----!', '-------^-------!']);
    }),
  );

  it(
    'hands the part and its index to the operation',
    marbles(({ cold, expectObservable }) => {
      const operator = switchOnChange(letter, (part, index) => of(`${part}${index}`));
      expectObservable(cold('-a--b--c--a|', states).pipe(operator)).toBe('-p-----q--r|', { p: 'a0', q: 'c1', r: 'a2' });
      expectObservable(cold('c|', states).pipe(operator)).toBe('p|', { p: 'c0' });
    }),
  );

  it(
    'completes with the state when nothing runs',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(switchOnChange(letter, () => EMPTY))).toBe('--|');
      expectObservable(cold('a-|', states).pipe(switchOnChange(letter, () => EMPTY))).toBe('--|');
      expectObservable(EMPTY.pipe(switchOnChange(letter, () => EMPTY))).toBe('|');
    }),
  );

  it(
    'fails with the state, and leaves the operation',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('------');
      const state$ = cold('-a-#', states, error);
      expectObservable(state$.pipe(switchOnChange(letter, () => operation$))).toBe('---#', undefined, error);
      expectSubscriptions(operation$.subscriptions).toBe('-^-!');
    }),
  );

  it(
    'fails with the operation, and leaves the state',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const state$ = cold('-a----', states);
      const failing$ = throwError(() => error);
      expectObservable(state$.pipe(switchOnChange(letter, () => failing$))).toBe('-#', undefined, error);
      expectSubscriptions(state$.subscriptions).toBe('^!');
    }),
  );

  it(
    'leaves both with its subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const state$ = cold('-a----', states);
      const operation$ = cold('------');
      expectObservable(state$.pipe(switchOnChange(letter, () => operation$)), '^--!').toBe('-');
      expectSubscriptions(state$.subscriptions).toBe('^--!');
      expectSubscriptions(operation$.subscriptions).toBe('-^-!');
    }),
  );

  it(
    'lets nothing of an operation pass that has itself changed the state',
    marbles(({ cold, expectObservable }) => {
      const states$ = new Subject<string>();
      const changing$ = of('x', 'y').pipe(tap(() => states$.next('b')));
      const out$ = states$.pipe(switchOnChange(letter, (part) => (part === 'a' ? changing$ : of('z'))));
      expectObservable(out$).toBe('-z-|');
      cold('-a-|').subscribe(states$);
    }),
  );
});

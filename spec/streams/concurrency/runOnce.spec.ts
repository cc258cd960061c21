import { describe, it } from '@jest/globals';
import { EMPTY, NEVER, of } from 'rxjs';

import { runOnce } from '../../../src/streams';
import { marbles } from '../../../harness/time/marbles';

describe('runOnce', () => {
  it(
    'starts with the first subscriber, and shares that run with the others',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--|');
      const once$ = operation$.pipe(runOnce());
      expectObservable(once$, '-^     ').toBe('---a--|');
      expectObservable(once$, '---^   ').toBe('---a--|');
      expectObservable(once$, '--------^').toBe('--------(a|)');
      expectSubscriptions(operation$.subscriptions).toBe('-^----!');
    }),
  );

  it(
    'runs to its end when all subscribers have gone',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--|');
      const once$ = operation$.pipe(runOnce());
      expectObservable(once$, '^!').toBe('');
      expectSubscriptions(operation$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'fails each subscriber with the same error',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--#');
      const once$ = operation$.pipe(runOnce());
      expectObservable(once$).toBe('          --#');
      expectObservable(once$, ' -^').toBe('   --#');
      expectObservable(once$, '-----^').toBe('-----#');
      expectSubscriptions(operation$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'shares an operation that is synchronous, is empty or never ends',
    marbles(({ expectObservable }) => {
      const [two$, empty$, endless$] = [of('a', 'b').pipe(runOnce()), EMPTY.pipe(runOnce()), NEVER.pipe(runOnce())];
      expectObservable(two$).toBe('        (ab|)');
      expectObservable(two$, '--^').toBe(' --(b|)');
      expectObservable(empty$).toBe('      |');
      expectObservable(empty$, '--^').toBe('--|');
      expectObservable(endless$, '^--!').toBe('-');
    }),
  );

  it(
    'runs each source of one operator once',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const once = runOnce<string>();
      const one$ = cold('  -a|  ');
      const other$ = cold('--b| ');
      for (const [operation$, expected] of [
        [one$, '-a|'],
        [other$, '--b|'],
      ] as const) {
        const once$ = operation$.pipe(once);
        expectObservable(once$).toBe(expected);
        expectObservable(once$).toBe(expected);
      }
      expectSubscriptions(one$.subscriptions).toBe('  ^-!');
      expectSubscriptions(other$.subscriptions).toBe('^--!');
    }),
  );
});

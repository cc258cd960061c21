import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { noop, Subject, take, tap } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { shareRest } from '../../../src/esp8285/executor/shareRest';

const isB = (value: string): boolean => value === 'b';

describe('shareRest', () => {
  it(
    'passes on what is not taken, from one subscription',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-a-b-c-d-');
      const rest$ = source$.pipe(shareRest(isB));
      expectObservable(rest$, '^-----!').toBe('-a---c-');
      expectObservable(rest$, '--^-----!').toBe('-----c-d-');
      expectSubscriptions(source$.subscriptions).toBe('^-------!');
    }),
  );

  it(
    'subscribes anew when somebody comes after the last has gone',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('-a-c-d-e-');
      const rest$ = source$.pipe(shareRest(isB));
      expectObservable(rest$, '^-!').toBe('-a-');
      expectObservable(rest$, '----^-!').toBe('-----d-');
      expectSubscriptions(source$.subscriptions).toBe(['^-!', '----^-!']);
    }),
  );

  it.each(['--#', '--|'])('ends for all as the source does: %s', (ends) =>
    marbles(({ cold, expectObservable }) => {
      const rest$ = cold(ends).pipe(shareRest(isB));
      expectObservable(rest$).toBe(ends);
      expectObservable(rest$, '-^').toBe(`-${ends.slice(1)}`);
    })(),
  );

  it('gives the error of a source that has failed to all who come later', () => {
    const source$ = new Subject<string>();
    const rest$ = source$.pipe(shareRest(isB));
    const lost = new Error('lost');
    source$.error(lost);
    const heard: unknown[] = [];
    for (let count = 0; count < 2; count++) rest$.subscribe({ error: (error: unknown) => heard.push(error) });
    assert.deepStrictEqual(heard, [lost, lost]);
  });

  it.each(['error', 'complete'] as const)('tells whoever subscribes because of the end of it, too: %s', (end) => {
    const source$ = new Subject<string>();
    const rest$ = source$.pipe(shareRest(isB));
    const heard: string[] = [];
    const hear = (who: string, then = noop): void => {
      const ended = (): void => {
        heard.push(who);
        then();
      };
      rest$.subscribe({ error: ended, complete: ended });
    };
    hear('first', () => hear('late'));
    hear('second');
    source$[end](undefined);
    assert.deepStrictEqual(heard, ['first', 'late', 'second']);
  });

  it('asks once for each value, and only while there are subscribers', () => {
    const source$ = new Subject<string>();
    const asked: string[] = [];
    const rest$ = source$.pipe(shareRest((value) => asked.push(value) < 0));
    source$.next('a');
    const subscriptions = [rest$.subscribe(), rest$.subscribe()];
    source$.next('b');
    for (const subscription of subscriptions) subscription.unsubscribe();
    source$.next('c');
    assert.deepStrictEqual(asked, ['b']);
  });

  it.each([1, Infinity])(
    'does not give a value to whoever subscribes because of it, after %d values of the first',
    (most) => {
      const source$ = new Subject<string>();
      const rest$ = source$.pipe(shareRest(isB));
      const heard: string[] = [];
      const follow = (): void => void rest$.subscribe((value) => heard.push(value));
      let isFollowed = false;
      const once = tap<string>(() => {
        if (!isFollowed) follow();
        isFollowed = true;
      });
      rest$.pipe(take(most), once).subscribe();
      source$.next('a');
      source$.next('c');
      assert.deepStrictEqual(heard, ['c']);
    },
  );
});

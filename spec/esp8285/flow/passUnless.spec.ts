import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { BehaviorSubject, from, map, type Observable, pipe, Subject, take, tap } from 'rxjs';

import { latin1 } from '../../../harness/modems/frames';
import { text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { passUnless } from '../../../src/esp8285/flow/passUnless';

const unplugged = new Error('unplugged');

/** Passes texts on, while `held$` does not say `y`. */
function texts(held$: Observable<string>) {
  const held = new BehaviorSubject(false);
  held$.subscribe((state) => held.next(state === 'y'));
  return pipe(map(latin1), passUnless(held), text());
}

describe('passUnless', () => {
  it(
    'passes bytes on while they are not held, and those that wait after that, in their order',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('   -a-b-c---d-|');
      const held$ = hot('  --y----n----');
      const subs = '       ^------!    ';
      const expected = '   -a-----(bc|)';
      expectObservable(rx$.pipe(texts(held$), take(3))).toBe(expected);
      expectSubscriptions(rx$.subscriptions).toBe(subs);
    }),
  );

  it(
    'ends after the last bytes, and fails at once',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const ended$ = cold(' -a-|');
      const failed$ = cold('-a-#', undefined, unplugged);
      const held$ = hot('   y----n');
      const operator = texts(held$);
      expectObservable(ended$.pipe(operator)).toBe(' -----(a|)');
      expectObservable(failed$.pipe(operator)).toBe('---#', undefined, unplugged);
      expectSubscriptions(ended$.subscriptions).toBe(' ^--!');
      expectSubscriptions(failed$.subscriptions).toBe('^--!');
    }),
  );

  it(
    'lets the line go when it is unsubscribed, held or not',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const rx$ = cold('  -a-b-');
      const held$ = hot(' --y--');
      expectObservable(rx$.pipe(texts(held$)), '^---!').toBe('-a---');
      expectSubscriptions(rx$.subscriptions).toBe('      ^---!');
    }),
  );

  it('passes a large chunk on in slices, and stops between them when the subscriber holds the line', () => {
    const held = new BehaviorSubject(false);
    const sizes: number[] = [];
    from([Buffer.alloc(2500), Buffer.alloc(5)])
      .pipe(passUnless(held))
      .subscribe(({ length }) => {
        sizes.push(length);
        held.next(true);
      });
    const seen = Array.from({ length: 4 }, () => {
      const { length } = sizes;
      held.next(false);
      return length;
    });
    assert.deepStrictEqual(
      [seen, sizes],
      [
        [1, 2, 3, 4],
        [1024, 1024, 452, 5],
      ],
    );
  });

  it('passes a chunk on that a subscriber causes after those before it', () => {
    const rx = new Subject<string>();
    const held = new Subject<string>();
    const heard: (string | null)[] = [];
    rx.pipe(
      texts(held),
      tap((bytes) => {
        if (bytes === 'a') rx.next('c');
      }),
    ).subscribe((bytes) => heard.push(bytes));
    held.next('y');
    rx.next('a');
    rx.next('b');
    held.next('n');
    assert.deepStrictEqual(heard, ['a', 'b', 'c']);
  });
});

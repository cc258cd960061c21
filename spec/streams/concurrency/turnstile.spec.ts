import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { defer, EMPTY, finalize, NEVER, type Observable, of, Subject, throwError } from 'rxjs';

import { Turnstile } from '../../../src/streams';
import { marbles } from '../marbles';

const broken = new Error('broken');

describe('Turnstile', () => {
  it(
    'lets one operation after another through, in the order of their subscriptions',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const turnstile = new Turnstile();
      const one$ = cold('  --a|        ');
      const other$ = cold('   --b|     ');
      const third$ = cold('      --c|  ');
      const oneSubs = '    ^--!        ';
      const otherSubs = '  ---^--!     ';
      const thirdSubs = '  ------^--!  ';
      expectObservable(turnstile.enter(one$)).toBe('  --a|      ');
      expectObservable(turnstile.enter(other$)).toBe('-----b|   ');
      expectObservable(turnstile.enter(third$)).toBe('--------c|');
      expectSubscriptions(one$.subscriptions).toBe(oneSubs);
      expectSubscriptions(other$.subscriptions).toBe(otherSubs);
      expectSubscriptions(third$.subscriptions).toBe(thirdSubs);
    }),
  );

  it(
    'lets an empty operation through, and one that never ends keeps the others waiting',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const turnstile = new Turnstile();
      const waiting$ = cold('a|');
      expectObservable(turnstile.enter(EMPTY)).toBe('|');
      expectObservable(turnstile.enter(NEVER)).toBe('-');
      expectObservable(turnstile.enter(waiting$)).toBe('-');
      expectSubscriptions(waiting$.subscriptions).toBe([]);
    }),
  );

  it(
    'goes on after an operation that fails',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const turnstile = new Turnstile();
      const one$ = cold('    --#', undefined, broken);
      const other$ = cold('    -b|');
      expectObservable(turnstile.enter(one$)).toBe('  --#  ', undefined, broken);
      expectObservable(turnstile.enter(other$)).toBe('---b|');
      expectSubscriptions(other$.subscriptions).toBe('--^-!');
    }),
  );

  it(
    'goes on after an operation that is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const turnstile = new Turnstile();
      const one$ = cold('   -a-a-a-');
      const unsub = '       ---!   ';
      const other$ = cold('    -b| ');
      const otherSubs = '   ---^-! ';
      expectObservable(turnstile.enter(one$), unsub).toBe('-a-    ');
      expectObservable(turnstile.enter(other$)).toBe('     ----b| ');
      expectSubscriptions(one$.subscriptions).toBe(unsub.replace('-', '^'));
      expectSubscriptions(other$.subscriptions).toBe(otherSubs);
    }),
  );

  it(
    'never starts an operation that is unsubscribed while it waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const turnstile = new Turnstile();
      const one$ = cold('    ---|   ');
      const waiting$ = cold('a|     ');
      const third$ = cold('     -c| ');
      expectObservable(turnstile.enter(one$)).toBe('          ---|  ');
      expectObservable(turnstile.enter(waiting$), '-!').toBe('-     ');
      expectObservable(turnstile.enter(third$)).toBe('        ----c|');
      expectSubscriptions(waiting$.subscriptions).toBe([]);
      expectSubscriptions(third$.subscriptions).toBe('        ---^-!');
    }),
  );

  it(
    'is cold: each subscription waits its own turn',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('       -a|');
      const entering$ = new Turnstile().enter(operation$);
      expectObservable(entering$).toBe('-a|  ');
      expectObservable(entering$).toBe('---a|');
      expectSubscriptions(operation$.subscriptions).toBe(['^-!', '--^-!']);
    }),
  );

  it(
    'keeps two turnstiles apart',
    marbles(({ cold, expectObservable }) => {
      const operation$ = cold('                        -a|');
      expectObservable(new Turnstile().enter(operation$)).toBe('-a|');
      expectObservable(new Turnstile().enter(operation$)).toBe('-a|');
    }),
  );

  it(
    'tells whether an operation is under way',
    marbles(({ cold, expectObservable }) => {
      const turnstile = new Turnstile();
      const start$ = cold('              --(ab)     ');
      const operation$ = cold('            ---|     ');
      const enter = () => turnstile.enter(operation$).subscribe();
      start$.subscribe(enter);
      expectObservable(turnstile.busy$).toBe('f-t-----f', { f: false, t: true });
    }),
  );

  it('is free for who enters again on hearing the end', () => {
    const turnstile = new Turnstile();
    const seen: boolean[] = [];
    const busyAtEnd = { complete: () => void seen.push(turnstile.busy), error: () => void seen.push(turnstile.busy) };
    turnstile.enter(of(1)).subscribe({ ...busyAtEnd, next: () => seen.push(turnstile.busy) });
    turnstile.enter(throwError(() => broken)).subscribe(busyAtEnd);
    assert.deepStrictEqual(seen, [true, false, false]);
  });

  it('serves who enters from within an operation after those who wait already', () => {
    const turnstile = new Turnstile();
    const served: string[] = [];
    const first = new Subject<string>();
    const enter = (name: string) => turnstile.enter(of(name)).subscribe((who) => served.push(who));
    turnstile.enter(first).subscribe(() => enter('nested'));
    enter('waiting');
    first.next('a');
    first.complete();
    assert.deepStrictEqual(served, ['waiting', 'nested']);
  });

  it('starts the next only when one that waited its turn, and is unsubscribed, has let go', () => {
    const turnstile = new Turnstile();
    const log: string[] = [];
    const first = new Subject<void>();
    turnstile.enter(first).subscribe();
    const second = turnstile.enter(NEVER.pipe(finalize(() => log.push('second has let go')))).subscribe();
    turnstile.enter(defer(() => of(log.push('third starts')))).subscribe();
    first.complete();
    second.unsubscribe();
    assert.deepStrictEqual(log, ['second has let go', 'third starts']);
  });

  it('serves thousands who wait in one go', () => {
    const turnstile = new Turnstile();
    const first = new Subject<void>();
    const served: number[] = [];
    const names = Array.from({ length: 3000 }, (_, name) => name);
    turnstile.enter(first).subscribe();
    for (const name of names) turnstile.enter(of(name)).subscribe((who) => served.push(who));
    first.complete();
    assert.deepStrictEqual(served, names);
    assert.equal(turnstile.busy, false);
  });

  it('emits what the operation emits', () => {
    const entered$: Observable<number> = new Turnstile().enter(of(1));
    // @ts-expect-error An operation of numbers does not become one of strings.
    const wrong$: Observable<string> = new Turnstile().enter(of(1));
    assert.notEqual(entered$, wrong$);
  });
});

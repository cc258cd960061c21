import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { defer, EMPTY, finalize, NEVER, type Observable, of, Subject, throwError } from 'rxjs';

import { Mutex } from '../../../src/streams';
import { marbles } from '../../../harness/time/marbles';

const broken = new Error('broken');

describe('Mutex', () => {
  it(
    'runs operations one at a time, in the order of their subscriptions',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const mutex = new Mutex();
      const one$ = cold('  --a|        ');
      const other$ = cold('   --b|     ');
      const third$ = cold('      --c|  ');
      const oneSubs = '    ^--!        ';
      const otherSubs = '  ---^--!     ';
      const thirdSubs = '  ------^--!  ';
      expectObservable(mutex.runExclusive(one$)).toBe('  --a|      ');
      expectObservable(mutex.runExclusive(other$)).toBe('-----b|   ');
      expectObservable(mutex.runExclusive(third$)).toBe('--------c|');
      expectSubscriptions(one$.subscriptions).toBe(oneSubs);
      expectSubscriptions(other$.subscriptions).toBe(otherSubs);
      expectSubscriptions(third$.subscriptions).toBe(thirdSubs);
    }),
  );

  it(
    'runs an empty operation, and lets the others wait for one that never ends',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const mutex = new Mutex();
      const waiting$ = cold('a|');
      expectObservable(mutex.runExclusive(EMPTY)).toBe('|');
      expectObservable(mutex.runExclusive(NEVER)).toBe('-');
      expectObservable(mutex.runExclusive(waiting$)).toBe('-');
      expectSubscriptions(waiting$.subscriptions).toBe([]);
    }),
  );

  it(
    'goes on after an operation that fails',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const mutex = new Mutex();
      const one$ = cold('    --#', undefined, broken);
      const other$ = cold('    -b|');
      expectObservable(mutex.runExclusive(one$)).toBe('  --#  ', undefined, broken);
      expectObservable(mutex.runExclusive(other$)).toBe('---b|');
      expectSubscriptions(one$.subscriptions).toBe('  ^-!  ');
      expectSubscriptions(other$.subscriptions).toBe('--^-!');
    }),
  );

  it(
    'goes on after an operation that is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const mutex = new Mutex();
      const one$ = cold('   -a-a-a-');
      const unsub = '       ---!   ';
      const other$ = cold('    -b| ');
      const otherSubs = '   ---^-! ';
      expectObservable(mutex.runExclusive(one$), unsub).toBe('-a-    ');
      expectObservable(mutex.runExclusive(other$)).toBe('     ----b| ');
      expectSubscriptions(one$.subscriptions).toBe(unsub.replace('-', '^'));
      expectSubscriptions(other$.subscriptions).toBe(otherSubs);
    }),
  );

  it(
    'never starts an operation that is unsubscribed while it waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const mutex = new Mutex();
      const one$ = cold('    ---|   ');
      const waiting$ = cold('a|     ');
      const third$ = cold('     -c| ');
      expectObservable(mutex.runExclusive(one$)).toBe('          ---|  ');
      expectObservable(mutex.runExclusive(waiting$), '-!').toBe('-     ');
      expectObservable(mutex.runExclusive(third$)).toBe('        ----c|');
      expectSubscriptions(waiting$.subscriptions).toBe([]);
      expectSubscriptions(third$.subscriptions).toBe('        ---^-!');
    }),
  );

  it(
    'is cold: each subscription waits for a turn of its own',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('       -a|');
      const entering$ = new Mutex().runExclusive(operation$);
      expectObservable(entering$).toBe('-a|  ');
      expectObservable(entering$).toBe('---a|');
      expectSubscriptions(operation$.subscriptions).toBe(['^-!', '--^-!']);
    }),
  );

  it(
    'keeps two mutexes apart',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('                        -a|');
      expectObservable(new Mutex().runExclusive(operation$)).toBe('-a|');
      expectObservable(new Mutex().runExclusive(operation$)).toBe('-a|');
      expectSubscriptions(operation$.subscriptions).toBe(['^-!', '^-!']);
    }),
  );

  it(
    'emits whether an operation is running',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const mutex = new Mutex();
      const start$ = cold('              --(ab)     ');
      const operation$ = cold('            ---|     ');
      const enter = () => mutex.runExclusive(operation$).subscribe();
      start$.subscribe(enter);
      expectObservable(mutex.locked$).toBe('f-t-----f', { f: false, t: true });
      expectSubscriptions(operation$.subscriptions).toBe(['--^--!', '-----^--!']);
    }),
  );

  it('is free for a subscriber that runs something else when it hears the end', () => {
    const mutex = new Mutex();
    const seen: boolean[] = [];
    const busyAtEnd = { complete: () => void seen.push(mutex.locked), error: () => void seen.push(mutex.locked) };
    mutex.runExclusive(of(1)).subscribe({ ...busyAtEnd, next: () => seen.push(mutex.locked) });
    mutex.runExclusive(throwError(() => broken)).subscribe(busyAtEnd);
    assert.deepStrictEqual(seen, [true, false, false]);
  });

  it('runs an operation that is subscribed to within another after those that wait already', () => {
    const mutex = new Mutex();
    const served: string[] = [];
    const first = new Subject<string>();
    const enter = (name: string) => mutex.runExclusive(of(name)).subscribe((who) => served.push(who));
    mutex.runExclusive(first).subscribe(() => enter('nested'));
    enter('waiting');
    first.next('a');
    first.complete();
    assert.deepStrictEqual(served, ['waiting', 'nested']);
  });

  it('runs the next only after the teardown of one that is unsubscribed', () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const first = new Subject<void>();
    mutex.runExclusive(first).subscribe();
    const second = mutex.runExclusive(NEVER.pipe(finalize(() => log.push('second has let go')))).subscribe();
    mutex.runExclusive(defer(() => of(log.push('third starts')))).subscribe();
    first.complete();
    second.unsubscribe();
    assert.deepStrictEqual(log, ['second has let go', 'third starts']);
  });

  it('runs thousands of waiting operations in one go', () => {
    const mutex = new Mutex();
    const first = new Subject<void>();
    const served: number[] = [];
    const names = Array.from({ length: 3000 }, (_, name) => name);
    mutex.runExclusive(first).subscribe();
    for (const name of names) mutex.runExclusive(of(name)).subscribe((who) => served.push(who));
    first.complete();
    assert.deepStrictEqual(served, names);
    assert.equal(mutex.locked, false);
  });

  it('emits what the operation emits', () => {
    const entered$: Observable<number> = new Mutex().runExclusive(of(1));
    // @ts-expect-error An operation of numbers does not become one of strings.
    const wrong$: Observable<string> = new Mutex().runExclusive(of(1));
    assert.notEqual(entered$, wrong$);
  });
});

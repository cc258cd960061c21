import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { BehaviorSubject, EMPTY, filter, map, NEVER, type Observable, share, Subject, tap, timer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import { text } from '../../../harness/modems/stage';
import { marbles, toBytes } from '../../../harness/time/marbles';
import { LineHold } from '../../../src/esp8285/flow/lineHold';
import type { Uart } from '../../../src/streams';

const longestHold = 10;
const uart: Uart = { rx$: NEVER, readiness$: NEVER, write: () => EMPTY, close: () => EMPTY };

/** A hold of a line that heeds it. `changes` collects when the line was held, and when it went on. */
function lineWith(scheduler: TestScheduler) {
  const changes: (readonly [isHeld: boolean, at: number])[] = [];
  const note = (isHeld: boolean) => changes.push([isHeld, scheduler.now()]);
  const hold = new LineHold({ ...uart, hold: note }, { longestHold, scheduler });
  hold.isHeeded = true;
  return { hold, changes };
}

/** A reader of texts that has no room until a diagram says for how many more bytes it has. */
function reader(hold: LineHold, texts$: Observable<string>, rooms$: Observable<string>, isPushed = true) {
  const room$ = new BehaviorSubject(0);
  const change = (bytes: number): void => room$.next(room$.value + bytes);
  rooms$.subscribe((bytes) => change(Number(bytes)));
  return texts$.pipe(
    toBytes(),
    hold.forReader(room$, () => isPushed),
    tap(({ length }) => change(-length)),
    text(),
  );
}

describe('LineHold', () => {
  it(
    'holds the line while a reader has no room for its data: no bytes pass, and the clock stands still',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { hold, changes } = lineWith(scheduler);
      const texts$ = cold('    -a-------');
      const rooms$ = hot('     -----1---');
      const rx$ = cold('       x-y-z----x');
      const asks$ = cold('     -a--a-a--');
      const subs = '           ^--------';
      expectObservable(reader(hold, texts$, rooms$)).toBe('    -----a---');
      expectObservable(rx$.pipe(toBytes(), hold.gate(), text())).toBe('x----(yz)x');
      expectObservable(asks$.pipe(map(() => (hold.isHolding ? 'h' : 'n')))).toBe('-h--h-n--');
      expectObservable(timer(3, hold.clock)).toBe('            -------(n|)', { n: 0 });
      expectSubscriptions(texts$.subscriptions).toBe(subs);
      flush();
      assert.deepStrictEqual(changes, [
        [true, 1],
        [false, 5],
      ]);
    }),
  );

  it(
    'holds it until no reader waits any more, and releases it for one that leaves',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { hold, changes } = lineWith(scheduler);
      const texts$ = cold('-a------');
      expectObservable(reader(hold, texts$, hot('---1')), '^-------!').toBe('---a');
      expectObservable(reader(hold, texts$, hot('-')), '  ^----!   ').toBe('-');
      expectSubscriptions(texts$.subscriptions).toBe(['    ^-------!', '^----!']);
      flush();
      assert.deepStrictEqual(changes, [
        [true, 1],
        [false, 5],
      ]);
    }),
  );

  it(
    'holds it anew for data that come later',
    marbles(({ cold, hot, expectObservable, flush }, scheduler) => {
      const { hold, changes } = lineWith(scheduler);
      expectObservable(reader(hold, cold('-a----b'), hot('--1-----1'))).toBe('--a-----b');
      flush();
      assert.deepStrictEqual(changes, [
        [true, 1],
        [false, 2],
        [true, 6],
        [false, 8],
      ]);
    }),
  );

  it(
    'is not held for longer than a reader that takes nothing may take',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { hold, changes } = lineWith(scheduler);
      expectObservable(reader(hold, cold('-a'), NEVER)).toBe(`- ${longestHold}ms a`);
      flush();
      assert.deepStrictEqual(changes, [
        [true, 1],
        [false, 1 + longestHold],
      ]);
    }),
  );

  it.each([
    ['for data that were requested', true, false],
    ['on a line that does not heed it', false, true],
  ])('is not held %s', (_, isHeeded, isPushed) => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { hold, changes } = lineWith(scheduler);
      hold.isHeeded = isHeeded;
      expectObservable(reader(hold, cold('-a'), NEVER, isPushed)).toBe('-a');
      flush();
      assert.deepStrictEqual(changes, []);
    })();
  });

  it(
    'passes bytes that the line delivers as soon as it goes on after those that wait',
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const rx = new Subject<string>();
      const goOn = (isHeld: boolean): void => {
        if (!isHeld) rx.next('b');
      };
      const hold = new LineHold({ ...uart, hold: goOn }, { longestHold, scheduler });
      hold.isHeeded = true;
      expectObservable(reader(hold, cold('-c'), hot('---1'))).toBe('  ---c');
      expectObservable(rx.pipe(toBytes(), hold.gate(), text())).toBe('---(ab)');
      cold('--a').subscribe(rx);
    }),
  );

  it(
    'stays held when the bytes that waited are for another reader without room',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { hold, changes } = lineWith(scheduler);
      const rx$ = cold('-ab------');
      const passed$ = rx$.pipe(toBytes(), hold.gate(), text(), share());
      const only = (wanted: string) => passed$.pipe(filter((passed) => passed === wanted));
      expectObservable(reader(hold, only('a'), hot('----1'))).toBe('   ----a');
      expectObservable(reader(hold, only('b'), hot('-------1'))).toBe('-------b');
      expectSubscriptions(rx$.subscriptions).toBe('^');
      flush();
      assert.deepStrictEqual(changes, [
        [true, 1],
        [false, 4],
        [true, 4],
        [false, 7],
      ]);
    }),
  );

  it(
    'keeps the bytes of a line that cannot be stopped',
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const hold = new LineHold(uart, { longestHold, scheduler });
      hold.isHeeded = true;
      expectObservable(reader(hold, cold('-c'), hot('---1'))).toBe('          ---c');
      expectObservable(cold('--a').pipe(toBytes(), hold.gate(), text())).toBe('---a');
    }),
  );
});

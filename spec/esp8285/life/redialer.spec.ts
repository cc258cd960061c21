import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { defer, EMPTY, NEVER, type Observable, of } from 'rxjs';

import { Redialer, type RedialerContext } from '../../../src/esp8285/life/redialer';
import { OSError } from '../../../src/usocket/contract/osError';
import { marbles } from '../../../harness/time/marbles';

const unplugged = new OSError('ENODEV', 'read', 'it was unplugged');
const closed = new OSError('EBADF', 'read', 'it has been closed');
const silent = new OSError('EIO', 'modem', 'the modem does not answer');
const chunks = { a: Buffer.from('a'), b: Buffer.from('b') };
const idle = { readable: false, writable: true, hangup: false, error: false };

/** A redialer of a line that is opened again after 4 ms, 8 ms, 8 ms…, and what it tells. */
function redialerOf(
  scheduler: RedialerContext['scheduler'],
  lines: readonly Observable<Uint8Array>[],
  reopen$: Observable<never>,
  isKnown = true,
) {
  let line = 0;
  const told: unknown[] = [];
  const uart = {
    rx$: defer(() => lines[line++] ?? NEVER),
    readiness$: of(idle),
    write: () => EMPTY,
    close: () => EMPTY,
    reopen: () => reopen$,
  };
  const redialer = new Redialer(uart, {
    redial: { firstPause: 4, longestPause: 8 },
    scheduler,
    isKnown: () => isKnown,
    lost: ({ code }, pause) => told.push([code, pause]),
    opened: ({ code }) => told.push(['opened after', code]),
  });
  return { redialer, kept$: redialer.keep((rx$) => rx$), told };
}

describe('Redialer.keep', () => {
  it(
    'joins one line after the other, after a pause and the time that opening takes',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const first$ = cold('-a-#', chunks, unplugged);
      const second$ = cold('-b', chunks);
      const reopen$ = cold<never>('-|');
      const { kept$, told } = redialerOf(scheduler, [first$, second$], reopen$);
      expectObservable(kept$, '   ^----------!').toBe('-a-------b', chunks);
      expectSubscriptions(first$.subscriptions).toBe(' ^--!');
      expectSubscriptions(reopen$.subscriptions).toBe('-------^!');
      expectSubscriptions(second$.subscriptions).toBe('--------^--!');
      flush();
      assert.deepStrictEqual(told, [
        ['ENODEV', 4],
        ['opened after', 'ENODEV'],
      ]);
    }),
  );

  it(
    'tries again after growing pauses, until it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const reopen$ = cold<never>('#', {}, unplugged);
      const { kept$, told } = redialerOf(scheduler, [cold('#', {}, unplugged)], reopen$);
      expectObservable(kept$, '^ 24ms !').toBe('-');
      expectSubscriptions(reopen$.subscriptions).toBe(['4ms (^!)', '12ms (^!)', '20ms (^!)']);
      flush();
      const pauses = [4, 8, 8, 8].map((pause) => ['ENODEV', pause]);
      assert.deepStrictEqual(told, pauses);
    }),
  );

  it(
    'tries at once when it is told to, and gives an attempt up that is unsubscribed',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const reopen$ = cold<never>('-----|');
      const { kept$, redialer } = redialerOf(scheduler, [cold('#', {}, unplugged)], reopen$);
      hot('--d').subscribe(() => {
        redialer.dialNow();
      });
      expectObservable(kept$, '^----!').toBe('-');
      expectSubscriptions(reopen$.subscriptions).toBe('--^--!');
    }),
  );

  it(
    'waits to be told, if no modem has ever been set up',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const reopen$ = cold<never>('|');
      const lines = [cold('#', chunks, unplugged), cold('-b', chunks)];
      const { kept$, redialer, told } = redialerOf(scheduler, lines, reopen$, false);
      hot('50ms d').subscribe(() => {
        redialer.dialNow();
      });
      expectObservable(kept$, '^ 60ms !').toBe('51ms b', chunks);
      expectSubscriptions(reopen$.subscriptions).toBe('50ms (^!)');
      flush();
      assert.deepStrictEqual(told, [
        ['ENODEV', undefined],
        ['opened after', 'ENODEV'],
      ]);
    }),
  );

  it.each([
    ['completes', '-a|'],
    ['fails', '-a#'],
  ])('%s with a line that the program has closed', (_, diagram) => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const line$ = cold(diagram, chunks, closed);
      const reopen$ = cold<never>('|');
      const { kept$ } = redialerOf(scheduler, [line$], reopen$);
      expectObservable(kept$).toBe(diagram, chunks, closed);
      expectSubscriptions(line$.subscriptions).toBe('^-!');
      expectSubscriptions(reopen$.subscriptions).toBe([]);
    })();
  });

  it(
    'leaves a line that is given up, if nothing comes over it',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const first$ = cold('-a', chunks);
      const second$ = cold('b', chunks);
      const { kept$, redialer } = redialerOf(scheduler, [first$, second$], cold('|'));
      const answers: boolean[] = [];
      hot('--g 5s g').subscribe(() => answers.push(redialer.giveUp(silent)));
      expectObservable(kept$, '^ 6s !').toBe('-a 5005ms b', chunks);
      expectSubscriptions(first$.subscriptions).toBe('^ 5002ms !');
      flush();
      assert.deepStrictEqual(answers, [false, true]);
    }),
  );
});

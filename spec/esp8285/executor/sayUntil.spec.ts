import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, of } from 'rxjs';

import { wireOf } from '../../../harness/modems/wireOf';
import { command } from '../../../src/esp8285/commands/command';
import { sayUntil } from '../../../src/esp8285/executor/exchange';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import { marbles } from '../../../harness/time/marbles';

const asked = command('AT+A');
const frames: Record<string, Frame> = { b: { kind: 'busy' }, k: { kind: 'final', result: 'OK' } };

describe('sayUntil', () => {
  it(
    'says the command once, and completes with the first answer',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { wire, said } = wireOf(scheduler);
      const answer$ = cold('--a-b');
      expectObservable(sayUntil(wire, asked, answer$)).toBe('--(a|)');
      expectSubscriptions(answer$.subscriptions).toBe('^-!');
      flush();
      assert.deepStrictEqual(said, ['AT+A\r\n']);
    }),
  );

  it(
    'says nothing when the answer is there already',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { wire, said } = wireOf(scheduler);
      expectObservable(sayUntil(wire, asked, of('a'))).toBe('(a|)');
      flush();
      assert.deepStrictEqual(said, []);
    }),
  );

  it(
    'says it again to a busy modem, after a pause that doubles up to a second',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      // Once in a pause is enough.
      const busy = '-bb 99ms b 299ms b 899ms b 1099ms b 1199ms b';
      const { wire, said } = wireOf(scheduler, { frames$: hot(busy, frames) });
      const answer$ = cold('-');
      expectObservable(sayUntil(wire, asked, answer$), '^ 5s !').toBe('-');
      expectSubscriptions(answer$.subscriptions).toBe([
        '^ 50ms !',
        '51ms ^ 150ms !',
        '202ms ^ 399ms !',
        '602ms ^ 1099ms !',
        '1702ms ^ 1499ms !',
        '3202ms ^ 1399ms !',
        '4602ms ^ 398ms !',
      ]);
      flush();
      assert.strictEqual(said.length, 7);
    }),
  );

  it(
    'takes an answer that comes in the pause, and says no more then',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { wire, said } = wireOf(scheduler, { frames$: hot('-b', frames) });
      const answer$ = cold('---a');
      expectObservable(sayUntil(wire, asked, answer$)).toBe('---(a|)');
      expectSubscriptions(answer$.subscriptions).toBe('^--!');
      flush();
      assert.deepStrictEqual(said, ['AT+A\r\n']);
    }),
  );

  it(
    'passes the error of the answer, waits for one that has not come, and ends with its subscriber',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const { wire, said } = wireOf(scheduler, { frames$: hot('---b', frames) });
      const givenUp$ = cold('-');
      expectObservable(sayUntil(wire, asked, cold('--#'))).toBe('--#');
      expectObservable(sayUntil(wire, asked, EMPTY), '^-!').toBe('-');
      expectObservable(sayUntil(wire, asked, givenUp$), '^----!').toBe('-');
      expectSubscriptions(givenUp$.subscriptions).toBe('^----!');
      flush();
      assert.strictEqual(said.length, 3);
    }),
  );
});

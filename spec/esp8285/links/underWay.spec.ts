import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { Rule } from '../../../src/testing';
import { nonos15, nonos174 } from '../../../harness/modems/firmware';
import { marbles } from '../../../harness/time/marbles';
import { code, connected, text } from '../../../harness/modems/stage';

/** The numbers that the driver tells a line, each with its time in milliseconds. */
function listener() {
  const told: [at: number, bytes: number][] = [];
  return { told, expectAt: (now: () => number) => ({ expect: (bytes: number) => void told.push([now(), bytes]) }) };
}

describe('the bytes that are under way', () => {
  it(
    'are the rest of a block that is pushed, until its last byte has come',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { told, expectAt } = listener();
      const { link4 } = connected(scheduler, {
        firmware: nonos15,
        line: expectAt(() => scheduler.now()),
        unasked$: cold('-a-b-c-d', { a: '\r\n+IP', b: 'D,4,6:ab', c: 'cd', d: 'ef' }),
      });
      expectObservable(link4.read$(6).pipe(text(), code())).toBe('-------(a|)', { a: 'abcdef' });
      flush();
      assert.deepStrictEqual(told, [
        [3, 4],
        [5, 2],
        [7, 0],
      ]);
    }),
  );

  it(
    'are the rest of a block that is pulled, and the result after it',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { told, expectAt } = listener();
      const answer = nonos174.read('x'.repeat(60));
      const pulled: Rule = ['AT+CIPRECVDATA=4,60', answer.slice(0, 40), 5, answer.slice(40)];
      const { link4 } = connected(scheduler, {
        firmware: nonos174,
        line: expectAt(() => scheduler.now()),
        script: [pulled],
        unasked$: cold('-a', { a: '\r\n+IPD,4,60\r\n' }),
      });
      expectObservable(link4.read$(60).pipe(text(), code())).toBe('------(a|)', { a: 'x'.repeat(60) });
      flush();
      assert.deepStrictEqual(told, [
        [1, answer.length - 40],
        [6, 0],
      ]);
    }),
  );

  it(
    'are none any more when the line falls silent in a block',
    marbles(({ cold, flush }, scheduler) => {
      const { told, expectAt } = listener();
      const { link4 } = connected(scheduler, {
        firmware: nonos15,
        line: { longestPause: 100, ...expectAt(() => scheduler.now()) },
        unasked$: cold('-a', { a: '\r\n+IPD,4,600:cut off' }),
      });
      link4.read$().subscribe({ error: () => undefined });
      scheduler.maxFrames = 200;
      flush();
      assert.deepStrictEqual(told, [
        [1, 593],
        [101, 0],
      ]);
    }),
  );
});

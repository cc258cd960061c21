import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, delay, from, map, of, repeat, takeWhile, toArray } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { marbles } from '../../../harness/time/marbles';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { connected, text } from '../../../harness/modems/stage';

/** A text as a line brings it, that many bytes at a time. */
function inBits(said: string, size: number): string[] {
  return Array.from({ length: Math.ceil(said.length / size) }, (_, at) => said.slice(at * size, (at + 1) * size));
}

describe('a block that the line brings in pieces', () => {
  const sixteen = '0123456789abcdef';

  it.each([
    ['AT 1.7.4', nonos174],
    ['ESP-AT 2.2.2', espAt222],
  ])('M1 is given to recv as one where it was asked for, %s', (_, firmware) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const bits = inBits(firmware.read(sixteen), 5);
      const script: Rule[] = [['AT+CIPRECVDATA=4,16', ...bits.flatMap((bit) => [1, bit])]];
      const unasked$ = cold('a', { a: '\r\n+IPD,4,16\r\n' });
      const { link4 } = connected(scheduler, { firmware, script, unasked$ });
      expectObservable(link4.recv$(16).pipe(text())).toBe(`${bits.length}ms (a|)`, { a: sixteen });
    })();
  });

  it(
    'M1 is given to recv as one where it is pushed, and a smaller recv leaves the rest',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('abcd', { a: '\r\n+IPD,4,16:01', b: '234567', c: '89abc', d: 'def' });
      const { link4 } = connected(scheduler, { firmware: nonos15, unasked$ });
      expectObservable(link4.recv$(12).pipe(text())).toBe('---(a|)', { a: sixteen.slice(0, 12) });
      expectObservable(link4.recv$(12).pipe(text())).toBe('---(a|)', { a: sixteen.slice(12) });
    }),
  );

  it(
    'M1 a download of 58 kB takes as many calls as blocks, and fewer when several wait',
    marbles(({ cold, flush }, scheduler) => {
      const blocks = Array.from({ length: 40 }, (_, index) => `\r\n+IPD,4,1460:${String(index % 10).repeat(1460)}`);
      const bits = inBits(`${blocks.join('')}4,CLOSED\r\n`, 64);
      const unasked$ = cold('a').pipe(
        concatMap(() => from(bits)),
        concatMap((bit) => of(bit).pipe(delay(5, scheduler))),
      );
      const read = (every: number) => {
        const { link4 } = connected(scheduler, { firmware: nonos15, unasked$ });
        let sizes: readonly number[] = [];
        link4
          .recv$(4096)
          .pipe(
            map(({ length }) => length),
            repeat({ delay: () => of(true).pipe(delay(every, scheduler)) }),
            takeWhile((length) => length > 0),
            toArray(),
          )
          .subscribe((all) => (sizes = all));
        flush();
        assert.strictEqual(
          sizes.reduce((one, other) => one + other, 0),
          58_400,
        );
        return sizes.length;
      };
      assert.ok(read(0) <= 40);
      assert.ok(read(400) <= 20);
    }),
  );
});

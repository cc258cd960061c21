import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const refused = (size: number): Rule => [`AT+CIPRECVDATA=4,${size}`, 1, '\r\nERROR\r\n'];
const nothing: Rule = [/^AT\+CIPRECVDATA/, 1, '\r\nERROR\r\n'];
const waiting = (length: number) => `\r\n+IPD,4,${length}\r\n`;

describe.each<[string, Firmware]>([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a read that is refused although data are announced, %s', (_, firmware) => {
  const read = (size: number, data: string): Rule => [`AT+CIPRECVDATA=4,${size}`, 1, firmware.read(data)];

  it(
    'is tried with fewer bytes, because the modem may lack the memory for so many, and then with more again',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const data = { a: 'a'.repeat(750), b: 'b'.repeat(750) };
      const script: Rule[] = [refused(1_500), read(750, data.a), read(750, data.b)];
      const { link4, modem } = connected(scheduler, { firmware, script, unasked$: cold('--a', { a: waiting(1_500) }) });
      expectObservable(link4.data$.pipe(text())).toBe('----ab', data);
      flush();
      const reads = [1_500, 750, 750].map((size) => `AT+CIPRECVDATA=4,${size}`);
      assert.deepStrictEqual(modem.heard, reads);
    }),
  );

  it(
    'is tried no more when even a small one is refused, until the modem announces data again',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a---- b', { a: waiting(1_500), b: waiting(5) });
      const script: Rule[] = [read(5, 'hello'), nothing];
      const { link4, modem } = connected(scheduler, { firmware, script, unasked$ });
      expectObservable(link4.data$.pipe(text())).toBe('--------a', { a: 'hello' });
      flush();
      const reads = [1_500, 750, 536, 5].map((size) => `AT+CIPRECVDATA=4,${size}`);
      assert.deepStrictEqual(modem.heard, reads);
    }),
  );
});

describe('a read of AT 1.7.4 that is refused although a link that has ended holds data', () => {
  it(
    'is said once more, because the line may have damaged it: nothing is lost, and the end is EOF',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: `${waiting(10)}4,CLOSED\r\n` });
      const again: Rule = ['AT+CIPRECVDATA=4,2048', 1, nonos174.read('0123456789')];
      const script: Rule[] = [refused(10), again, nothing];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script, unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('----a|', { a: '0123456789' });
      flush();
      const reads = [10, 2048, 2048].map((size) => `AT+CIPRECVDATA=4,${size}`);
      assert.deepStrictEqual(modem.heard, reads);
    }),
  );
});

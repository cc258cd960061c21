import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import { Unanswered } from '../../../../src/esp8285/executor/unanswered';
import { conversation, saying } from '../../../../harness/modems/conversation';
import { code } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const busy = ['AT+A', 1, '\r\nbusy p...\r\n'] as const;
const answering = ['AT+A', 1, '+A\r\n\r\nOK\r\n'] as const;
const values = { a: '+A' };
const patient = (milliseconds: number) => ({ ...saying('AT+A'), deadline: milliseconds });

describe('a busy modem', () => {
  it(
    'is told again after a pause that grows',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [busy, busy, busy, answering] });
      // 1 + 50 + 1 + 100 + 1 + 200 + 1
      expectObservable(executor.run(patient(1000))).toBe('354ms (a|)', values);
      flush();
      assert.strictEqual(modem.heard.length, 4);
    }),
  );

  it(
    'is told again once a second at most',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [...Array.from({ length: 14 }, () => busy), answering];
      const { executor, modem } = conversation(scheduler, { script });
      // Pauses of 50, 100, 200, 400, 800, then 1000.
      expectObservable(executor.run(patient(10_000))).toBe('10565ms (a|)', values);
      flush();
      assert.strictEqual(modem.heard.length, 15);
    }),
  );

  it(
    'has its time from when it is not busy any more',
    marbles(({ expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, { script: [busy, busy, ['AT+A']] });
      // 1 + 50 + 1
      expectObservable(executor.run(patient(100))).toBe('152ms #', values, new Unanswered('AT+A', 100));
    }),
  );

  it(
    'is given up after two minutes: EIO, and it is set up anew',
    marbles(({ expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, { script: [busy] });
      expectObservable(executor.run(patient(10_000)).pipe(code())).toBe('119664ms #', values, 'EIO');
      expectObservable(executor.trouble$.pipe(map(({ code: why }) => why))).toBe('119664ms e', { e: 'EIO' });
    }),
  );

  it(
    'may answer the line that it called busy',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [['AT+A', 1, '\r\nbusy p...\r\n', 20, '+A\r\n\r\nOK\r\n']] as const;
      const { executor, modem } = conversation(scheduler, { script });
      expectObservable(executor.run(patient(100))).toBe('21ms (a|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A']);
    }),
  );

  it(
    'is told again once, however often it says that it is busy',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [['AT+A', 1, '\r\nbusy p...\r\n\r\nbusy s...\r\n', 10, '\r\nbusy p...\r\n'], answering] as const;
      const { executor, modem } = conversation(scheduler, { script });
      expectObservable(executor.run(patient(100))).toBe('52ms (a|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+A']);
    }),
  );

  it(
    'is told again also after it was asked in the middle of another command whether it still works',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [
        ['AT+A', 3000, '+A\r\n\r\nOK\r\n'],
        ['AT+CIPMUX?', 1, '\r\nbusy p...\r\n'],
        ['AT+B', 1, '\r\nbusy p...\r\n'],
        ['AT+B', 1, '+B\r\n\r\nOK\r\n'],
      ] as const;
      const { executor, modem } = conversation(scheduler, { script });
      const after = { ...saying('AT+B'), deadline: 10_000 };
      expectObservable(executor.run(patient(10_000))).toBe('3s (a|)', values);
      // 1 + 50 + 1
      expectObservable(executor.run(after)).toBe('3052ms (b|)', { b: '+B' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+B', 'AT+B']);
    }),
  );
});

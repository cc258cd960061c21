import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import { Unanswered } from '../../../../src/esp8285/executor/unanswered';
import { conversation, saying } from '../../../../harness/modems/conversation';
import { code } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const inStep = ['AT+CIPMUX?', 5, '+CIPMUX:1\r\n\r\nOK\r\n'] as const;
const answering = ['AT+B', 5, '+B\r\n\r\nOK\r\n'] as const;
const late = new Unanswered('AT+A', 100);
const values = { b: '+B' };

describe('a deadline that passes', () => {
  it(
    'fails the command, and has the modem asked where it is before the next',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [inStep, answering] });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      expectObservable(executor.run(saying('AT+B'))).toBe('110ms (b|)     ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+B']);
    }),
  );

  it(
    'asks once, not before every command from then on',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [inStep, answering] });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      expectObservable(executor.run(saying('AT+B'))).toBe('110ms (b|)     ', values);
      expectObservable(executor.run(saying('AT+B'))).toBe('115ms (b|)     ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+B', 'AT+B']);
    }),
  );

  it.each([
    '\r\nOK\r\n',
    '\r\nERROR\r\n',
    '\r\nSEND OK\r\n',
    '\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n',
    '+CIPDOMAIN:1.2.3.4\r\n\r\nOK\r\n',
  ])('keeps a late %j from the next command', (owed) => {
    marbles(({ expectObservable }, scheduler) => {
      const script = [['AT+A', 103, owed], inStep, answering] as const;
      const { executor } = conversation(scheduler, { script });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      expectObservable(executor.run(saying('AT+B'))).toBe('110ms (b|)     ', values);
    })();
  });

  it(
    'waits for a modem that is busy with what it was asked',
    marbles(({ expectObservable, flush }, scheduler) => {
      const busy = ['AT+CIPMUX?', 5, '\r\nbusy p...\r\n'] as const;
      const { executor, modem } = conversation(scheduler, {
        script: [['AT+A', 500, '\r\nOK\r\n'], busy, busy, busy, inStep, answering],
      });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      // 100 + 3 · 5 + 50 + 100 + 200 + 5 + 5
      expectObservable(executor.run(saying('AT+B'))).toBe('475ms (b|)     ', values);
      flush();
      assert.strictEqual(modem.heard.filter((line) => line === 'AT+CIPMUX?').length, 4);
    }),
  );

  it(
    'waits for the further answers of a modem that was only slow',
    marbles(({ expectObservable }, scheduler) => {
      const slow = ['AT+CIPMUX?', 2_050, '+CIPMUX:1\r\n\r\nOK\r\n'] as const;
      const { executor } = conversation(scheduler, {
        script: [slow, ['AT+CIPMUX?', 150, '+CIPMUX:1\r\n\r\nOK\r\n'], ['AT+B', 50, '+B\r\n\r\nOK\r\n']],
      });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      // 100 + 2000, answered at 2150 and 2250; 200 of quiet
      expectObservable(executor.run(saying('AT+B'))).toBe('2500ms (b|)    ', values);
    }),
  );

  it(
    'tells of trouble when the modem is silent: EIO',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answering] });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      expectObservable(executor.run(saying('AT+B')).pipe(code())).toBe('6100ms #', values, 'EIO');
      expectObservable(executor.trouble$.pipe(map((error) => error.code))).toBe('6100ms e', { e: 'EIO' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+CIPMUX?', 'AT+CIPMUX?']);
    }),
  );

  it(
    'tells of trouble when the modem stays busy: EIO, after two minutes',
    marbles(({ expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, { script: [['AT+CIPMUX?', 5, '\r\nbusy p...\r\n']] });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      expectObservable(executor.run(saying('AT+B')).pipe(code())).toBe('120100ms #', values, 'EIO');
    }),
  );

  it(
    'tells of trouble when the modem has started again unnoticed: ECONNRESET',
    marbles(({ expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, {
        script: [['AT+CIPMUX?', 5, 'AT+CIPMUX?\r\r\n+CIPMUX:0\r\n\r\nOK\r\n']],
      });
      expectObservable(executor.run(saying('AT+A'))).toBe('100ms #        ', values, late);
      expectObservable(executor.run(saying('AT+B')).pipe(code())).toBe('105ms #', values, 'ECONNRESET');
    }),
  );
});

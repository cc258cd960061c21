import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { Unanswered } from '../../../../src/esp8285/executor/unanswered';
import type { Rule } from '../../../../src/testing';
import { conversation, saying } from '../../../../harness/modems/conversation';
import { marbles } from '../../../../harness/time/marbles';

const busy = '\r\nbusy p...\r\n';
const inStep = '+CIPMUX:1\r\n\r\nOK\r\n';
const values = { a: '+A', b: '+B' };
const patient = (line: string) => ({ ...saying(line), deadline: 3_000 });

/** ESP-AT may carry out a command later that it has called busy (esp-at issues 731 and 993). */
describe('an answer that comes besides', () => {
  it(
    'that to a question that was called busy: is not taken for that to a later command',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+A'],
        ['AT+CIPMUX?', 1, busy],
        ['AT+CIPMUX?', 5, inStep, 5, inStep],
        ['AT+B', 20, '+B\r\n\r\nOK\r\n'],
      ];
      const { executor, modem } = conversation(scheduler, { script });
      expectObservable(executor.run(patient('AT+A'))).toBe('3s #', values, new Unanswered('AT+A', 3_000));
      // 5 for the question, and 20
      expectObservable(executor.run(patient('AT+B'))).toBe('3025ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+CIPMUX?', 'AT+B']);
    }),
  );

  it(
    'that to a command that was called busy and said again: is waited for before the next command',
    marbles(({ expectObservable, flush }, scheduler) => {
      const answered = '+A\r\n\r\nOK\r\n';
      const script: Rule[] = [
        ['AT+A', 1, busy],
        ['AT+A', 1, answered, 9, answered],
        ['AT+CIPMUX?', 12, inStep],
        ['AT+B', 20, '+B\r\n\r\nOK\r\n'],
      ];
      const { executor, wire, modem } = conversation(scheduler, { script });
      wire.carriesOutRefused = true;
      // 1 + 50 + 1
      expectObservable(executor.run(patient('AT+A'))).toBe('52ms (a|)', values);
      // 12 for the question, and 20
      expectObservable(executor.run(patient('AT+B'))).toBe('84ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+A', 'AT+CIPMUX?', 'AT+B']);
    }),
  );

  it(
    'that to a question that was called busy and said again: is not taken for that to the command behind it',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPMUX?', 1, busy],
        ['AT+CIPMUX?', 5, inStep, 5, inStep],
        ['AT+B', 20, '+B\r\n\r\nOK\r\n'],
      ];
      const { executor, wire } = conversation(scheduler, { script });
      wire.carriesOutRefused = true;
      executor.doubt();
      // 1 + 50 + 5, and 20
      expectObservable(executor.run(patient('AT+B'))).toBe('76ms (b|)', values);
      flush();
    }),
  );

  it(
    'is not waited for where firmware drops what it calls busy',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+A', 1, busy],
        ['AT+A', 1, '+A\r\n\r\nOK\r\n'],
        ['AT+B', 1, '+B\r\n\r\nOK\r\n'],
      ];
      const { executor, modem } = conversation(scheduler, { script });
      expectObservable(executor.run(patient('AT+A'))).toBe('52ms (a|)', values);
      expectObservable(executor.run(patient('AT+B'))).toBe('53ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+A', 'AT+B']);
    }),
  );
});

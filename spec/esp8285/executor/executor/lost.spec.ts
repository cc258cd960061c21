import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import { command } from '../../../../src/esp8285/commands/command';
import { Refusal } from '../../../../src/esp8285/executor/answer';
import { askOnce, type Exchange, simpleExchange } from '../../../../src/esp8285/executor/exchange';
import { AnswerLost, Unanswered } from '../../../../src/esp8285/executor/unanswered';
import type { Rule } from '../../../../src/testing';
import { conversation } from '../../../../harness/modems/conversation';
import { marbles } from '../../../../harness/time/marbles';

const ok = '\r\nOK\r\n';
const atRest: Rule = ['AT+CIPMUX?', 5, `+CIPMUX:1\r\n${ok}`];
const atWork: Rule = ['AT+CIPMUX?', 5, '\r\nbusy p...\r\n'];
const values = { a: '+A:1', b: '+B:1' };

function patient(line: string, say?: typeof askOnce): Exchange<string> {
  const exchange = simpleExchange(command(line), 30_000, say);
  return {
    ...exchange,
    converse: (wire) => exchange.converse(wire).pipe(map((lines) => lines.join(' '))),
  };
}

describe('the end of an answer that is lost', () => {
  it.each<[string, readonly (string | number)[]]>([
    ['nothing at all', []],
    ['lines without their OK', [1, '+A:1\r\n']],
    ['an OK that has lost a byte', [1, '+A:1\r\n', 'K\r\n']],
    ['an OK in other words', [1, '+A:1\r\n', '\r\nOKAY\r\n']],
    ['a word of another conversation', [1, '\r\nSEND OKAY\r\n']],
    ['half a line', [1, '\r\nO']],
  ])('has the command said again: %s', (_, said) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+A', ...said], ['AT+A', 1, `+A:1\r\n${ok}`], ['AT+B', 1, `+B:1\r\n${ok}`], atRest];
      const { executor, modem } = conversation(scheduler, { script });
      // 2500 of quiet, 5 for the question, 1
      expectObservable(executor.run(patient('AT+A'))).toBe('2506ms (a|)', values);
      expectObservable(executor.run(patient('AT+B'))).toBe('2507ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+A', 'AT+B']);
    })();
  });

  it(
    'is told of one that must not be said twice, with what was heard; others go on',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+A', 1, '+A:1\r\nO\r\n'], ['AT+B', 1, `+B:1\r\n${ok}`], atRest];
      const { executor, modem } = conversation(scheduler, { script });
      const lost = new AnswerLost('AT+A', ['+A:1', 'O'], 2_505);
      expectObservable(executor.run(patient('AT+A', askOnce))).toBe('2505ms #', values, lost);
      expectObservable(executor.run(patient('AT+B'))).toBe('2506ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+B']);
    }),
  );

  it(
    'is told when it is lost twice',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [atRest] });
      const lost = new AnswerLost('AT+A', [], 2_505);
      expectObservable(executor.run(patient('AT+A'))).toBe('5010ms #', values, lost);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+A', 'AT+CIPMUX?']);
    }),
  );
});

describe('a modem that takes its time', () => {
  it(
    'is asked whether it is at work, and waited for as long as it says so',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+A', 9_000, `+A:1\r\n${ok}`], atWork, ['AT+B', 1, `+B:1\r\n${ok}`]];
      const { executor, modem } = conversation(scheduler, { script });
      expectObservable(executor.run(patient('AT+A', askOnce))).toBe('9s (a|)', values);
      expectObservable(executor.run(patient('AT+B'))).toBe('9001ms (b|)', values);
      flush();
      // At 2500, 5005 and 7510
      const questions = ['AT+CIPMUX?', 'AT+CIPMUX?', 'AT+CIPMUX?'];
      assert.deepStrictEqual(modem.heard, ['AT+A', ...questions, 'AT+B']);
    }),
  );

  it(
    'has its deadline, which no question puts off',
    marbles(({ expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, { script: [atWork] });
      const late = new Unanswered('AT+A', 30_000);
      expectObservable(executor.run(patient('AT+A', askOnce))).toBe('30s #', values, late);
    }),
  );

  it.each<[string, string, unknown]>([
    ['its answer', `+A:1\r\n${ok}`, undefined],
    ['its refusal', '+A:1\r\n\r\nERROR\r\n', new Refusal('AT+A', 'ERROR', ['+A:1'])],
  ])('has %s told from that to the question that it crosses', (_, said, error) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+A', 2_503, said],
        ['AT+B', 1, `+B:1\r\n${ok}`],
        ['AT+CIPMUX?', 10, `+CIPMUX:1\r\n${ok}`],
      ];
      const { executor, modem } = conversation(scheduler, { script });
      // A refusal is told behind the answer to the question.
      const expected = error ? '2510ms #' : '2503ms (a|)';
      expectObservable(executor.run(patient('AT+A', askOnce))).toBe(expected, values, error);
      expectObservable(executor.run(patient('AT+B'))).toBe('2511ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+B']);
    })();
  });

  it(
    'is not taken for one that is done by what it says unasked meanwhile, nor for one at work',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-(abcdef) 990ms (abcdef) 990ms (abcdef) 990ms a', {
        a: '\r\n+IPD,0,2:hi',
        b: '1,CLOSED\r\n',
        c: '2,CONNECT\r\n',
        d: '\r\n+IPD,3,7\r\n',
        e: 'WIFI GOT IP\r\n',
        f: 'log\r\n',
      });
      const script: Rule[] = [['AT+A'], ['AT+A', 1, `+A:1\r\n${ok}`], atRest];
      const { executor, modem } = conversation(scheduler, { script, unasked$ });
      expectObservable(executor.run(patient('AT+A'))).toBe('2506ms (a|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+CIPMUX?', 'AT+A']);
    }),
  );

  it(
    'and is silent is given up, and what it answers late is kept from the next command',
    marbles(({ expectObservable, flush }, scheduler) => {
      const late: Rule = ['AT+CIPMUX?', 7_000, `+CIPMUX:1\r\n${ok}`];
      const script: Rule[] = [late, late, late, atRest, ['AT+B', 1, `+B:1\r\n${ok}`]];
      const { executor, modem } = conversation(scheduler, { script });
      const silence = new Unanswered('AT+A', 8_500);
      // 2500 of quiet, and three questions of 2000 each
      expectObservable(executor.run(patient('AT+A'))).toBe('8500ms #', values, silence);
      // The first answer comes at 8505, the others at 9500, 11500 and 13500.
      expectObservable(executor.run(patient('AT+B'))).toBe('8706ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 2), ['AT+A', 'AT+CIPMUX?']);
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, concat, ignoreElements } from 'rxjs';

import { Refusal } from '../../../../src/esp8285/executor/answer';
import { conversation, saying } from '../../../../harness/modems/conversation';
import { marbles } from '../../../../harness/time/marbles';

const values = { a: '+A', b: '+B', c: '+C' };
const answerIn = (milliseconds: number) => [/^AT\+(\w)$/, milliseconds, '+$1\r\n', '\r\nOK\r\n'] as const;

describe('the order of commands', () => {
  it(
    'is that in which they were asked for, one at a time',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answerIn(3)] });
      expectObservable(executor.run(saying('AT+A'))).toBe('---(a|)         ', values);
      expectObservable(executor.run(saying('AT+B'))).toBe('------(b|)      ', values);
      expectObservable(executor.run(saying('AT+C'))).toBe('---------(c|)   ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+B', 'AT+C']);
    }),
  );

  it(
    'says nothing of a command before it is subscribed to, and says it twice to two',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answerIn(1)] });
      const asked$ = executor.run(saying('AT+A'));
      assert.deepStrictEqual(modem.heard, []);
      const later = '  ----|';
      const expected = '-----(a|)';
      expectObservable(asked$).toBe('-(a|)', values);
      expectObservable(concat(cold(later).pipe(ignoreElements()), asked$)).toBe(expected, values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+A']);
    }),
  );

  it(
    'forgets a command that is given up before its turn',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answerIn(5)] });
      const givenUp = '^-!';
      expectObservable(executor.run(saying('AT+A'))).toBe('-----(a|)         ', values);
      expectObservable(executor.run(saying('AT+B')), givenUp).toBe('---');
      expectObservable(executor.run(saying('AT+C'))).toBe('----------(c|)    ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+C']);
    }),
  );

  it(
    'lets a command that is given up under way run to its end, and keeps its answer from the next',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answerIn(5)] });
      const givenUp = '^-!';
      expectObservable(executor.run(saying('AT+A')), givenUp).toBe('---');
      expectObservable(executor.run(saying('AT+B'))).toBe('----------(b|)    ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+B']);
    }),
  );

  it(
    'lets a command go ahead of those that wait, not of the one that has begun',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answerIn(3)] });
      expectObservable(executor.run(saying('AT+A'))).toBe('---(a|)         ', values);
      expectObservable(executor.run(saying('AT+B'))).toBe('---------(b|)   ', values);
      expectObservable(executor.runAhead(saying('AT+C'))).toBe('------(c|)      ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+C', 'AT+B']);
    }),
  );

  it(
    'begins at once with a command that goes ahead when nothing waits, and forgets one that is given up',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [answerIn(3)] });
      expectObservable(executor.runAhead(saying('AT+A'))).toBe('---(a|)', values);
      expectObservable(executor.runAhead(saying('AT+B')), '^-!').toBe('---');
      expectObservable(executor.run(saying('AT+C'))).toBe('------(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+C']);
    }),
  );

  it(
    'goes on after a refusal, which says what was asked and what came',
    marbles(({ expectObservable }, scheduler) => {
      const script = [['AT+A', 2, 'no ip\r\n\r\nERROR\r\n'], answerIn(2)] as const;
      const { executor } = conversation(scheduler, { script });
      const refusal = new Refusal('AT+A', 'ERROR', ['no ip']);
      expectObservable(executor.run(saying('AT+A'))).toBe('--#        ', values, refusal);
      expectObservable(executor.run(saying('AT+B'))).toBe('----(b|)   ', values);
    }),
  );

  it(
    'is kept by a caller that asks again after a refusal',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [['AT+A', 2, '\r\nERROR\r\n'], answerIn(2)] as const;
      const { executor, modem } = conversation(scheduler, { script });
      const again$ = executor.run(saying('AT+A')).pipe(catchError(() => executor.run(saying('AT+C'))));
      expectObservable(again$).toBe('                         ------(c|)', values);
      expectObservable(executor.run(saying('AT+B'))).toBe('----(b|)  ', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+B', 'AT+C']);
    }),
  );

  it(
    'keeps the answer of a modem that answers within write',
    marbles(({ expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, { script: [[/^AT\+(\w)$/, '+$1\r\n\r\nOK\r\n']] });
      const asked$ = concat(executor.run(saying('AT+A')), executor.run(saying('AT+B')));
      expectObservable(asked$).toBe('(ab|)', values);
    }),
  );

  it(
    'has no echo and nothing unasked but lines in an answer',
    marbles(({ expectObservable }, scheduler) => {
      const answer = 'AT+A\r\r\n0,CLOSED\r\n+A\r\n\r\n+IPD,0,4:\r\nOKWIFI GOT IP\r\n\r\nOK\r\n';
      const { executor } = conversation(scheduler, { script: [['AT+A', 1, answer]] });
      expectObservable(executor.run(saying('AT+A'))).toBe('-(a|)', values);
    }),
  );
});

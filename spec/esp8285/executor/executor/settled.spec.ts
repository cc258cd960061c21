import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { conversation, saying } from '../../../../harness/modems/conversation';
import { Refusal } from '../../../../src/esp8285/executor/answer';
import type { Settlement } from '../../../../src/esp8285/executor/turn';
import type { Rule } from '../../../../src/testing';
import { marbles } from '../../../../harness/time/marbles';

const script: Rule[] = [
  ['AT+A', 5, '+A\r\n\r\nOK\r\n'],
  ['AT+B', 5, '\r\nERROR\r\n'],
];

/** Runs a command, alone or behind another one. Returns when it was settled and how, and what the modem has heard. */
function told(line: string, { givenUp = '', behind }: { givenUp?: string; behind?: string } = {}): unknown[] {
  const said: unknown[] = [];
  marbles(({ cold, flush }, scheduler) => {
    const { executor, modem } = conversation(scheduler, { script });
    if (behind !== undefined) executor.run(saying(behind)).subscribe();
    const settled = (settlement: Settlement<string>) => said.push(scheduler.now(), settlement);
    const running = executor.run(saying(line), settled).subscribe({ error: () => undefined });
    cold(givenUp).subscribe(() => {
      running.unsubscribe();
    });
    flush();
    said.push(modem.heard.join());
  })();
  return said;
}

describe('what became of an exchange is told', () => {
  it('when it is done', () => {
    assert.deepStrictEqual(told('AT+A'), [5, { end: 'done', value: '+A', isAwaited: true }, 'AT+A']);
  });

  it('when it is done, and its caller no longer waits', () => {
    assert.deepStrictEqual(told('AT+A', { givenUp: '---x' }), [
      5,
      { end: 'done', value: '+A', isAwaited: false },
      'AT+A',
    ]);
  });

  it('when it fails', () => {
    const cause = new Refusal('AT+B', 'ERROR', []);
    assert.deepStrictEqual(told('AT+B'), [5, { end: 'failed', cause, isAwaited: true }, 'AT+B']);
  });

  it('when it fails, and its caller no longer waits', () => {
    const cause = new Refusal('AT+B', 'ERROR', []);
    assert.deepStrictEqual(told('AT+B', { givenUp: '---x' }), [5, { end: 'failed', cause, isAwaited: false }, 'AT+B']);
  });

  it('at once when it is given up before its turn: nothing is said to the modem', () => {
    assert.deepStrictEqual(told('AT+B', { givenUp: '---x', behind: 'AT+A' }), [
      3,
      { end: 'withdrawn', isAwaited: false },
      'AT+A',
    ]);
  });

  it('at once when it is given up while the modem is asked whether it is in step', () => {
    const said: unknown[] = [];
    marbles(({ expectObservable, flush }, scheduler) => {
      const inStep: Rule = ['AT+CIPMUX?', 5, '+CIPMUX:1\r\n\r\nOK\r\n'];
      const { executor, modem } = conversation(scheduler, { script: [inStep, ...script] });
      executor.doubt();
      const settled = (settlement: Settlement<string>) => said.push(scheduler.now(), settlement);
      expectObservable(executor.run(saying('AT+B'), settled), '^--!').toBe('----');
      expectObservable(executor.run(saying('AT+A'))).toBe('----------(a|)', { a: '+A' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPMUX?', 'AT+A']);
    })();
    assert.deepStrictEqual(said, [3, { end: 'withdrawn', isAwaited: false }]);
  });

  it('when it is interrupted', () => {
    const cause = new Error('the modem has started again');
    const said: unknown[] = [];
    marbles(({ cold, expectObservable }, scheduler) => {
      const { executor } = conversation(scheduler, { script });
      cold('--a').subscribe(() => executor.interrupt(cause));
      const settled = (settlement: Settlement<string>) => said.push(scheduler.now(), settlement);
      expectObservable(executor.run(saying('AT+A'), settled)).toBe('--#', undefined, cause);
    })();
    assert.deepStrictEqual(said, [2, { end: 'failed', cause, isAwaited: true }]);
  });
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { conversation } from '../../../../harness/modems/conversation';
import { marbles } from '../../../../harness/time/marbles';
import { bufferStatusExchange } from '../../../../src/esp8285/links/exchanges/bufferStatus';
import type { Rule } from '../../../../src/testing';

const ok = '\r\n\r\nOK\r\n';
const refused: Rule = ['AT+CIPBUFSTATUS=4', 2, '\r\nERROR\r\n'];
const question = 'AT+CIPBUFSTATUS=4';
const list = (links: string): Rule => ['AT+CIPSTATUS', 3, `STATUS:3\r\n${links}\r\nOK\r\n`];
const link4 = '+CIPSTATUS:4,"TCP","192.0.2.9",80,51234,0\r\n';

describe('the state of a send buffer', () => {
  it.each([
    ['an empty one', '1,0,0,2920,8', { next: 1, acknowledged: 0, room: 2_920 }],
    ['one with segments under way', '9,8,6,120,6', { next: 9, acknowledged: 6, room: 120 }],
    ['one with segments that wait in the modem', '9,7,6,120,5', { next: 9, acknowledged: 6, room: 120 }],
    ['not what contradicts itself: more is acknowledged than sent', '9,6,7,120,6', undefined],
    ['not what contradicts itself: more is sent than there is', '8,8,6,120,6', undefined],
    ['not what lacks a number', '9,8,6,120', undefined],
    ['not what the line has damaged', '9,8,6,1x0,6', undefined],
    ['not what is not there', '', undefined],
  ])('is understood: %s', (_, said, status) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[question, 2, `${said}${ok}`]];
      const { executor, modem } = conversation(scheduler, { script });
      expectObservable(executor.run(bufferStatusExchange(4))).toBe('--(s|)', { s: status });
      flush();
      assert.deepStrictEqual(modem.heard, [question]);
    })();
  });

  it.each<[string, Rule, 'gone' | undefined]>([
    ['has ended, if the list lacks it', list(''), 'gone'],
    ['lives on, if the list has it: the line has damaged the command', list(link4), undefined],
    ['may live on, if the list is damaged', list(link4.slice(3)), undefined],
  ])('is refused: the link %s', (_, listed, status) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [refused, listed] });
      expectObservable(executor.run(bufferStatusExchange(4))).toBe('-----(s|)', { s: status });
      flush();
      assert.deepStrictEqual(modem.heard, [question, 'AT+CIPSTATUS']);
    })();
  });

  it(
    'is asked for again once, if the end of the answer is lost',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        [question, '3,2,1,500,6\r\n'],
        ['AT+CIPMUX?', `+CIPMUX:1${ok}`],
        [question, `3,2,2,1000,7${ok}`],
      ];
      const { executor, wire, modem } = conversation(scheduler, { script });
      wire.isSetUp = true;
      const expected = { next: 3, acknowledged: 2, room: 1_000 };
      expectObservable(executor.run(bufferStatusExchange(4))).toBe('2500ms (s|)', { s: expected });
      flush();
      assert.deepStrictEqual(modem.heard, [question, 'AT+CIPMUX?', question]);
    }),
  );
});

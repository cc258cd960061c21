import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, type SchedulerLike, throwError } from 'rxjs';

import { conversation } from '../../../../harness/modems/conversation';
import { nonos174 } from '../../../../harness/modems/firmware';
import { marbles } from '../../../../harness/time/marbles';
import { common } from '../../../../src/esp8285/commands/catalogue';
import { segmentExchange } from '../../../../src/esp8285/links/exchanges/segmentExchange';
import type { Rule } from '../../../../src/testing';

const order = 'AT+CIPSENDBUF=4,5';
const probe = 'AT+CIPMUX?';
const free: Rule = [probe, '+CIPMUX:1\r\n\r\nOK\r\n'];
const taken = '\r\nRecv 5 bytes\r\n';
const prompted = (numbers: string, after = 1): Rule => [order, after, `${numbers}\r\n`, nonos174.prompt];

/** Puts `hello` into the buffer of link 4. Errors with the name of the error's class. */
function put(
  scheduler: SchedulerLike,
  script: Rule[],
  { expected = undefined as number | undefined, isOpen = true } = {},
) {
  const { executor, wire, modem } = conversation(scheduler, { script });
  wire.isSetUp = true;
  wire.saysTaken = true;
  const command = common.sendSegment(4, 5);
  const exchange = segmentExchange(
    { command, bytes: Buffer.from('hello'), expected },
    { id: 4, isOpen, isGone: !isOpen },
  );
  const number$ = executor
    .run(exchange)
    .pipe(catchError((error: unknown) => throwError(() => (error instanceof Error ? error.constructor.name : error))));
  return { number$, modem };
}

const values = { a: 1, b: 7, u: undefined };

describe('a segment that is put into a send buffer', () => {
  it(
    'has the number that the modem says, and is put when the modem has taken the bytes',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { number$, modem } = put(scheduler, [prompted('7,6'), ['hello', 2, taken, 9, '4,7,SEND OK\r\n']]);
      expectObservable(number$).toBe('---(b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [order, 'hello']);
    }),
  );

  it.each<[string, string, number | undefined, string]>([
    ['no number, and none is expected', '', undefined, 'u'],
    ['no number, so it is the expected one', '', 7, 'b'],
    ['a damaged number, so it is the expected one', '9,6', 7, 'b'],
    ['the expected one', '7,6', 7, 'b'],
  ])('hears %s', (_, numbers, expected, heard) => {
    marbles(({ expectObservable }, scheduler) => {
      const { number$ } = put(scheduler, [prompted(numbers), ['hello', 2, taken]], { expected });
      expectObservable(number$).toBe(`---(${heard}|)`, values);
    })();
  });

  it(
    'is put if its result comes, though Recv is lost; the results of others say nothing',
    marbles(({ expectObservable }, scheduler) => {
      const others = ['3,7,SEND OK\r\n', '4,6,SEND OK\r\n'];
      const { number$ } = put(scheduler, [prompted('7,5'), ['hello', 1, ...others, 4, '4,7,SEND OK\r\n']]);
      expectObservable(number$).toBe('------(b|)', values);
    }),
  );

  it(
    'is put if the modem is free, though Recv is lost',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { number$, modem } = put(scheduler, [prompted('7,6', 0), ['hello'], free]);
      expectObservable(number$, '^ 9s !').toBe('2500ms (b|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [order, 'hello', probe]);
    }),
  );

  it(
    'is told again once, if the command or the prompt is lost; the modem may have counted the first',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[order], free, prompted('8,6'), ['hello', 1, taken]];
      const { number$, modem } = put(scheduler, script, { expected: 7 });
      expectObservable(number$).toBe('2502ms (c|)', { c: 8 });
      flush();
      assert.deepStrictEqual(modem.heard, [order, probe, order, 'hello']);
    }),
  );

  it(
    'fails if the modem has sent a segment after the prompt was lost: what was said next has the place of the bytes',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[order], free, prompted('8,7'), ['hello', 1, taken]];
      const { number$, modem } = put(scheduler, script, { expected: 7 });
      expectObservable(number$).toBe('2502ms #', undefined, 'BytesReplaced');
      flush();
      // The modem waits for the bytes in any case.
      assert.deepStrictEqual(modem.heard, [order, probe, order, 'hello']);
    }),
  );

  it.each<[string, Rule[], string, string]>([
    ['the modem refuses it', [[order, 3, '\r\nBUFFER FULL\r\n\r\nERROR\r\n']], '---#', 'Refusal'],
    ['the modem says ERROR after the bytes', [prompted('7,6'), ['hello', 2, '\r\nERROR\r\n']], '---#', 'SendFailed'],
    [
      'the modem has taken fewer bytes',
      [prompted('7,6'), ['hello', 2, '\r\nRecv 4 bytes\r\n']],
      '---#',
      'BytesReplaced',
    ],
    ['the prompt is lost twice', [[order], free, [order], free], '5s #', 'AnswerLost'],
  ])('fails if %s', (_, script, expected, name) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { number$, modem } = put(scheduler, script);
      expectObservable(number$).toBe(expected, undefined, name);
      flush();
      assert.ok(modem.heard.filter((said) => said === 'hello').length <= 1);
    })();
  });

  it(
    'fails if the modem waits for a byte that was lost, and takes the question for it: others have its place',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        prompted('7,6', 0),
        ['hello'],
        [probe, `${taken}\r\nbusy s...\r\n`, 10, '4,7,SEND OK\r\n'],
      ];
      const { number$, modem } = put(scheduler, script);
      expectObservable(number$, '^ 9s !').toBe('2500ms #', undefined, 'BytesReplaced');
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), [order, 'hello', probe]);
    }),
  );

  it(
    'is not begun if the link has ended before its turn',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { number$, modem } = put(scheduler, [], { isOpen: false });
      expectObservable(number$).toBe('#', undefined, 'LinkGone');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );
});

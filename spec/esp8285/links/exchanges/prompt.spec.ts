import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map, NEVER, takeUntil } from 'rxjs';

import { wireOf } from '../../../../harness/modems/wireOf';
import { marbles } from '../../../../harness/time/marbles';
import { command } from '../../../../src/esp8285/commands/command';
import { Refusal } from '../../../../src/esp8285/executor/answer';
import { AnswerLost, Unanswered } from '../../../../src/esp8285/executor/unanswered';
import type { Frame } from '../../../../src/esp8285/grammar/frame';
import { prompted } from '../../../../src/esp8285/links/exchanges/prompt';
import { BytesReplaced } from '../../../../src/esp8285/links/exchanges/sendErrors';

const sending = command('AT+CIPSEND', 4, 100);
const link = { id: 4, isOpen: true, isGone: false };
const frames: Record<string, Frame> = {
  p: { kind: 'prompt' },
  b: { kind: 'busy' },
  k: { kind: 'final', result: 'OK' },
  x: { kind: 'final', result: 'ERROR' },
  t: { kind: 'taken', length: 100 },
  r: { kind: 'line', text: 'Recv 100 byt' },
  m: { kind: 'line', text: '+CIPMUX:1' },
};
const [said, asked, lineEnds] = ['AT+CIPSEND=4,100\r\n', 'AT+CIPMUX?\r\n', '\r\n'.repeat(32)];
/** Milliseconds for a byte: those to the prompt, for 27 bytes, but no more than the slowest line takes. */
const paces = { a: 3 / 27, b: 1, s: 4.2 };

describe('prompted', () => {
  it.each<[string, string, string, string[]]>([
    ['emits at the prompt how long a byte takes at most', '     ---p        ', '---(a|)      ', [said]],
    ['knows the slowest line', '                             900ms p      ', ' 900ms (s|)  ', [said]],
    ['waits for the prompt after the OK', '                  -k 25ms p    ', ' 27ms (b|)   ', [said]],
    ['goes on without a prompt 2 s after the OK', '          ---k         ', ' 2003ms (s|) ', [said]],
    ['says the command again while the modem is busy', '     -b 54ms p    ', ' 56ms (c|)   ', [said, said]],
    ['asks a silent modem, and waits while it is busy', '    2501ms b 98ms p', '2600ms (s|)', [said, asked]],
  ])('%s', (_, modem, expected, written) => {
    marbles(({ hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const modem$ = hot(modem, frames);
      const parts = wireOf(scheduler, { frames$: modem$ });
      const send = { wire: parts.wire, command: sending, link, length: 100 };
      expectObservable(prompted(send)).toBe(expected, { ...paces, c: 56 / 27 });
      expectSubscriptions(modem$.subscriptions).toBe('^');
      flush();
      assert.deepStrictEqual(parts.said, written);
    })();
  });

  it.each<[string, string, string, Error, string[]]>([
    ['refuses', '---x', '---#', new Refusal(sending.shown, 'ERROR', []), [said]],
    ['has taken bytes that were not sent yet', '---t', '---#', new BytesReplaced(sending), [said]],
    ['has taken bytes, says a damaged line', '---r', '---#', new BytesReplaced(sending), [said]],
    [
      'has finished without a prompt',
      '2503ms (mk)',
      '2503ms #',
      new AnswerLost(sending.shown, [], 2_503),
      [said, asked],
    ],
    [
      'is busy for 8 s, and is given bytes',
      '2501ms b 2500ms b 2500ms b',
      '9010ms #',
      new Unanswered(sending.shown, 8_000),
      [said, asked, asked, asked, lineEnds, lineEnds],
    ],
    [
      'is silent, and is given bytes, because it may wait for them',
      '-',
      '4510ms #',
      new Unanswered(sending.shown, 3_500),
      [said, asked, lineEnds, lineEnds],
    ],
  ])('fails when the modem %s', (_, modem, expected, error, written) => {
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler, { frames$: hot(modem, frames) });
      expectObservable(prompted({ wire: parts.wire, command: sending, link, length: 100 })).toBe(expected, {}, error);
      flush();
      assert.deepStrictEqual(parts.said, written);
    })();
  });

  it.each([
    ['it is there', '--p', '---', '-y-n'],
    ['the modem has refused', '--x', '---', '-y-n'],
    ['it is given up', '---', '^-!', '-y-n'],
  ])('has the grammar expect a prompt until %s', (_, modem, until, expected) => {
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const { wire, isPromptExpected } = wireOf(scheduler, { frames$: hot(modem, frames) });
      const isExpected$ = cold('-a-a').pipe(map(() => isPromptExpected()));
      prompted({ wire, command: sending, link, length: 100 })
        .pipe(takeUntil(until.includes('!') ? cold('--a') : NEVER))
        .subscribe({ error: () => undefined });
      expectObservable(isExpected$).toBe(expected, { y: true, n: false });
    })();
  });

  it(
    'says nothing before it is subscribed to, and asks nothing when it is given up',
    marbles(({ expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler);
      const prompt$ = prompted({ wire: parts.wire, command: sending, link, length: 100 });
      assert.deepStrictEqual(parts.said, []);
      expectObservable(prompt$, '^---!').toBe('-');
      flush();
      assert.deepStrictEqual(parts.said, [said]);
    }),
  );
});

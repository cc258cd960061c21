import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { defer } from 'rxjs';

import { wireOf } from '../../../../harness/modems/wireOf';
import { marbles } from '../../../../harness/time/marbles';
import { command } from '../../../../src/esp8285/commands/command';
import { Unanswered } from '../../../../src/esp8285/executor/unanswered';
import type { Wire } from '../../../../src/esp8285/executor/wire';
import type { Frame } from '../../../../src/esp8285/grammar/frame';
import type { PendingSend, SendingLink } from '../../../../src/esp8285/links/exchanges/pendingSend';
import {
  BytesReplaced,
  ResultLost,
  SendCanceled,
  SendFailed,
} from '../../../../src/esp8285/links/exchanges/sendErrors';
import { delivered } from '../../../../src/esp8285/links/exchanges/sendResult';

const sending = command('AT+CIPSEND', 4, 5);
const bytes = Buffer.from('hello');
const pace = 1;
const open: SendingLink = { id: 4, isOpen: true, isGone: false };
const closed: SendingLink = { ...open, isOpen: false };
const gone: SendingLink = { ...closed, isGone: true };
const frames: Record<string, Frame> = {
  t: { kind: 'taken', length: 5 },
  p: { kind: 'taken', length: 4 },
  r: { kind: 'line', text: 'Recv5 bytes' },
  s: { kind: 'sent', ok: true },
  f: { kind: 'sent', ok: false },
  e: { kind: 'line', text: 'SEND Canceled' },
  x: { kind: 'final', result: 'ERROR' },
  k: { kind: 'final', result: 'OK' },
  b: { kind: 'busy' },
  m: { kind: 'line', text: '+CIPMUX:1' },
  u: { kind: 'line', text: 'STATUS:3' },
  l: { kind: 'line', text: '+CIPSTATUS:4,"TCP","192.168.1.9",80,0' },
};
const [asked, listed, lineEnds] = ['AT+CIPMUX?\r\n', 'AT+CIPSTATUS\r\n', '\r\n'.repeat(32)];
const failed = new SendFailed('the modem answered SEND FAIL');

const sendOf = (wire: Wire, link = open): PendingSend => ({ wire, command: sending, link, length: bytes.length });

describe('delivered', () => {
  it.each<[string, string, string, SendingLink, ...string[]]>([
    ['emits how long the result took after the modem had the bytes', '--t---s', '------(a|)', open],
    ['hears a damaged Recv', '                                        --r---s', '------(a|)', open],
    ['takes a result before Recv for that of an earlier send', '      -s-t---s', '-------(a|)', open],
    ['lets a SEND OK follow a SEND FAIL', '                           -t-f-s', '-----(a|)', open],
    ['takes a result that comes after the end of the link', '         -t---s', '-----(a|)', gone],
    ['waits while the modem is busy', '          -t 2505ms b 92ms s', '2600ms (l|)', open, asked],
  ])('%s', (_, modem, expected, link, ...written) => {
    marbles(({ hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const modem$ = hot(modem, frames);
      const parts = wireOf(scheduler, { frames$: modem$ });
      expectObservable(delivered(sendOf(parts.wire, link), bytes, pace)).toBe(expected, { a: 4, l: 2_599 });
      expectSubscriptions(modem$.subscriptions).toBe('^');
      flush();
      assert.deepStrictEqual([parts.said, parts.wire.saysTaken], [['hello', ...written], true]);
    })();
  });

  it.each<[string, string, string, Error, SendingLink]>([
    ['says SEND FAIL, and nothing else after that', '     --t-f', '---- 1500ms #', failed, open],
    ['says SEND FAIL for a link that is closed', '        --t-f', '----#', failed, closed],
    [
      'ends the link, and says no result',
      '--t',
      '-- 1500ms #',
      new SendFailed('the connection ended before the modem said what had become of the bytes'),
      gone,
    ],
    ['refuses', '--x', '--#', new SendFailed('the modem answered ERROR in the place of SEND OK'), open],
    ['has taken only a part, because the length was damaged', '--p', '--#', new BytesReplaced(sending), open],
    ['has taken the bytes for the signal to cancel', '   --e', '--#', new SendCanceled(sending), open],
  ])('fails when the modem %s', (_, modem, expected, error, link) => {
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler, { frames$: hot(modem, frames) });
      expectObservable(delivered(sendOf(parts.wire, link), bytes, pace)).toBe(expected, {}, error);
      flush();
      assert.deepStrictEqual(parts.said, ['hello']);
    })();
  });

  it.each([
    ['has the link', '(ulk)', true],
    ['does not have the link', '(uk)', false],
    ['does not say whether it has the link', 'k', undefined],
  ])('fails when the result was lost, and says so when the modem %s', (_, list, isThere) => {
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler, { frames$: hot(`-t 2505ms (mk) ${list}`, frames) });
      const error = new ResultLost(isThere, []);
      expectObservable(delivered(sendOf(parts.wire), bytes, pace)).toBe('2511ms #', {}, error);
      flush();
      assert.deepStrictEqual(parts.said, ['hello', asked, listed]);
    })();
  });

  it(
    'gives bytes to a modem that is silent and has not said Recv, because it may still wait for some',
    marbles(({ expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler);
      // The bytes take 5 ms, and the modem has 1 s to answer the question and 1 s to answer the line ends.
      const error = new Unanswered(sending.shown, 3_505);
      expectObservable(delivered(sendOf(parts.wire), bytes, pace)).toBe('4505ms #', {}, error);
      flush();
      assert.deepStrictEqual(parts.said, ['hello', asked, lineEnds]);
    }),
  );

  it(
    'fails when the modem says Recv after it was asked, because the question may have taken the place of lost bytes',
    marbles(({ hot, expectObservable }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('2510ms b-t', frames) });
      expectObservable(delivered(sendOf(wire), bytes, pace)).toBe('2512ms #', {}, new BytesReplaced(sending));
    }),
  );

  it.each([
    ['said busy', '2510ms b-s 2510ms (mk)'],
    ['did not answer', '2512ms s 2510ms (mk)'],
  ])('fails when Recv is missing after the modem was asked and %s, for the same reason', (_, modem) => {
    marbles(({ hot, expectObservable }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot(modem, frames) });
      wire.saysTaken = true;
      expectObservable(delivered(sendOf(wire), bytes, pace)).toBe('5023ms #', {}, new BytesReplaced(sending));
    })();
  });

  it(
    'believes a firmware that may never say Recv, even if it was busy',
    marbles(({ hot, expectObservable }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('2510ms b-s 2510ms (mk)', frames) });
      expectObservable(delivered(sendOf(wire), bytes, pace)).toBe('5023ms (a|)', { a: 5_023 });
    }),
  );

  it(
    'learns that a firmware never says Recv',
    marbles(({ hot, expectObservable }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('-s 2510ms (mk) 1s s', frames) });
      expectObservable(delivered(sendOf(wire), bytes, pace)).toBe('2512ms (a|)', { a: 2_512 });
      hot('3s a').subscribe(() => assert.equal(wire.saysTaken, false));
      expectObservable(
        defer(() => delivered(sendOf(wire), bytes, pace)),
        '3s ^',
      ).toBe('3516ms (b|)', { b: 516 });
    }),
  );

  it(
    'writes the first byte alone where all of them are a signal, so that a pause follows it',
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler, { frames$: hot('40ms t-s', frames) });
      const written: string[] = [];
      hot('29ms a-a').subscribe(() => written.push(parts.said.join()));
      expectObservable(delivered(sendOf(parts.wire), bytes, pace, true)).toBe('42ms (a|)', { a: 2 });
      flush();
      assert.deepStrictEqual(written, ['h', 'h,ello']);
    }),
  );

  it(
    'notes once that the link stands in the way of the others',
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('-t 2505ms b 2500ms b 91ms s', frames) });
      const notes: unknown[][] = [];
      wire.note = (...note) => void notes.push(note);
      expectObservable(delivered(sendOf(wire), bytes, pace)).toBe('5100ms (a|)', { a: 5_099 });
      flush();
      assert.equal(notes.length, 1);
      assert.match(String(notes[0]?.[0]), /^link 4 stands in the way of everybody: after 2\.5 s the modem .* 5 bytes/);
    }),
  );

  it(
    'writes nothing before it is subscribed to, and asks nothing when it is given up',
    marbles(({ hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const modem$ = hot('-t', frames);
      const parts = wireOf(scheduler, { frames$: modem$ });
      const result$ = delivered(sendOf(parts.wire), bytes, pace);
      assert.deepStrictEqual(parts.said, []);
      expectObservable(result$, '^---!').toBe('-');
      expectSubscriptions(modem$.subscriptions).toBe('^');
      flush();
      assert.deepStrictEqual(parts.said, ['hello']);
    }),
  );
});

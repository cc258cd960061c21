import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { of } from 'rxjs';

import { wireOf } from '../../../../harness/modems/wireOf';
import { command } from '../../../../src/esp8285/commands/command';
import { Refusal } from '../../../../src/esp8285/executor/answer';
import { AnswerLost, Unanswered } from '../../../../src/esp8285/executor/unanswered';
import type { Frame } from '../../../../src/esp8285/grammar/frame';
import {
  throwBytesReplaced,
  padWhenSilent,
  type PendingSend,
} from '../../../../src/esp8285/links/exchanges/pendingSend';
import { BytesReplaced } from '../../../../src/esp8285/links/exchanges/sendErrors';
import { marbles } from '../../../../harness/time/marbles';

const sending = command('AT+CIPSEND', 4, 100);
const silent = new Unanswered(sending.shown, 5_000);
const link = { id: 4, isOpen: true, isGone: false };
const frames: Record<string, Frame> = {
  x: { kind: 'final', result: 'ERROR' },
  t: { kind: 'taken', length: 100 },
};
const lineEnds = '\r\n'.repeat(32);

describe('padWhenSilent', () => {
  it.each<[string, string, string, Error, string[]]>([
    ['until it has had as many bytes as the send has', '-', ' 1010ms #', silent, [lineEnds, lineEnds]],
    ['until it is heard', '----x', '                         1004ms #', silent, [lineEnds]],
    ['until it says that it has taken the bytes', ' ----t', '----#', new BytesReplaced(sending), [lineEnds]],
  ])('gives a modem that is silent line ends %s, and then fails', (_, said, expected, error, written) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const parts = wireOf(scheduler, { frames$: hot(`--${said}`, frames) });
      const send: PendingSend = { wire: parts.wire, command: sending, link, length: 100 };
      const conversation$ = cold('--#', undefined, silent);
      // The two milliseconds before are those of the conversation.
      expectObservable(conversation$.pipe(padWhenSilent(send))).toBe(`--${expected}`, undefined, error);
      expectSubscriptions(conversation$.subscriptions).toBe('^-!');
      flush();
      assert.deepStrictEqual(parts.said, written);
    })();
  });

  it.each<[string, Error]>([
    ['a refusal', new Refusal(sending.shown, 'ERROR', [])],
    ['a lost end: the modem waits for nothing', new AnswerLost(sending.shown, [], 2_500)],
    ['bytes that others have replaced already', new BytesReplaced(sending)],
  ])('passes %s', (_, error) => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const parts = wireOf(scheduler);
      const send: PendingSend = { wire: parts.wire, command: sending, link, length: 100 };
      expectObservable(cold('-a#', undefined, error).pipe(padWhenSilent(send))).toBe('-a#', undefined, error);
      flush();
      assert.deepStrictEqual(parts.said, []);
    })();
  });

  it(
    'passes what succeeds, and gives no more when it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const parts = wireOf(scheduler);
      const operator = padWhenSilent<string>({ wire: parts.wire, command: sending, link, length: 100 });
      const failing$ = cold('--#', undefined, silent);
      expectObservable(of('a').pipe(operator)).toBe('(a|)');
      expectObservable(failing$.pipe(operator), '^----!').toBe('------');
      expectSubscriptions(failing$.subscriptions).toBe('^-!');
      flush();
      assert.deepStrictEqual(parts.said, [lineEnds]);
    }),
  );
});

describe('throwBytesReplaced', () => {
  it(
    'fails at the first frame, and passes the end and the error of its source',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const said$ = cold<Frame>('-t-t', frames);
      expectObservable(said$.pipe(throwBytesReplaced(sending))).toBe('-#', undefined, new BytesReplaced(sending));
      expectObservable(cold<Frame>('-|').pipe(throwBytesReplaced(sending))).toBe('-|');
      expectObservable(cold<Frame>('-#', undefined, silent).pipe(throwBytesReplaced(sending))).toBe(
        '-#',
        undefined,
        silent,
      );
      expectSubscriptions(said$.subscriptions).toBe('^!');
    }),
  );
});

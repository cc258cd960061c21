import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, NEVER, of, type SchedulerAction, type SchedulerLike } from 'rxjs';

import { wireOf } from '../../../harness/modems/wireOf';
import { command } from '../../../src/esp8285/commands/command';
import { answeredWithin } from '../../../src/esp8285/executor/answeredWithin';
import { probeWhenQuiet, StartedUnnoticed } from '../../../src/esp8285/executor/probeWhenQuiet';
import { AnswerLost, Unanswered } from '../../../src/esp8285/executor/unanswered';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import { marbles } from '../../../harness/time/marbles';

const asked = command('AT+A');
const query = 'AT+CIPMUX?\r\n';
const frames: Record<string, Frame> = {
  l: { kind: 'line', text: '+A:1' },
  c: { kind: 'closed', link: 0 },
  b: { kind: 'busy' },
  m: { kind: 'line', text: '+CIPMUX:1' },
  s: { kind: 'line', text: '+CIPMUX:0' },
  k: { kind: 'final', result: 'OK' },
  t: { kind: 'taken', length: 5 },
};
const options = { quiet: 5, patience: 3, tries: 2 };
const lost = (milliseconds: number, ...lines: readonly string[]) => new AnswerLost('AT+A', lines, milliseconds);

describe('probeWhenQuiet', () => {
  it(
    'makes no timer before the command is written, and one together with a longer deadline',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      let timers = 0;
      const clock: SchedulerLike = {
        now: () => scheduler.now(),
        schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) => {
          timers++;
          return scheduler.schedule<T>(work, delay, state);
        },
      };
      const { wire } = wireOf(clock);
      const timersBefore: number[] = [];
      const conversation$ = concat(
        wire.say(asked),
        defer(() => {
          timersBefore.push(timers);
          return cold('a|');
        }),
      );
      const guarded$ = conversation$.pipe(
        probeWhenQuiet(wire, asked, () => options),
        answeredWithin(10, 'AT+A', wire),
      );
      expectObservable(guarded$).toBe('a|');
      flush();
      assert.deepStrictEqual([...timersBefore, timers], [0, 1]);
    }),
  );

  it.each([
    [
      'passes a conversation that is not quiet, and does not probe',
      '---t----',
      '-a-----b|',
      '-a-----b|',
      '^-------!',
      0,
    ],
    [
      'probes a modem that is quiet, and waits while it is busy',
      '   ------b-',
      '--------a|',
      '--------a|',
      '^--------!',
      1,
    ],
    [
      'probes it again when it is quiet after that',
      '               ------b------b',
      '--------------a|',
      '--------------a|',
      '^--------------!',
      2,
    ],
  ] as const)('%s', (_, said, conversation, expected, subs, probes) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const parts = wireOf(scheduler, { frames$: hot(said, frames) });
      const conversation$ = cold(conversation);
      expectObservable(conversation$.pipe(probeWhenQuiet(parts.wire, asked, () => options))).toBe(expected);
      expectSubscriptions(conversation$.subscriptions).toBe(subs);
      flush();
      assert.deepStrictEqual(parts.said, new Array(probes).fill(query));
    })();
  });

  it.each([
    ['is done when it answers: the end was lost', '      ------(mk)', '------#', '^-----!', lost(6)],
    ['has said what it had to say by then', '              -l----(mk)', '------#', '^-----!', lost(6, '+A:1')],
    ['is not heard of by an unsolicited message', '        ---c--(mk)', '------#', '^-----!', lost(6)],
    [
      'is silent when it answers no probe',
      '               -',
      '       -----------#',
      '^----------!',
      new Unanswered('AT+A', 11),
    ],
  ])('a modem that is quiet %s', (_, said, expected, subs, error) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot(said, frames) });
      const conversation$ = cold('-');
      expectObservable(conversation$.pipe(probeWhenQuiet(wire, asked, () => options))).toBe(expected, undefined, error);
      expectSubscriptions(conversation$.subscriptions).toBe(subs);
    })();
  });

  it(
    'tells a modem that has started again by its settings, once it has been set up',
    marbles(({ hot, expectObservable }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('------(sk)', frames) });
      wire.isSetUp = true;
      const error = new StartedUnnoticed('the modem has started again unnoticed');
      expectObservable(NEVER.pipe(probeWhenQuiet(wire, asked, () => options))).toBe('------#', undefined, error);
    }),
  );

  it(
    'does not probe in the middle of an answer of known length',
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const rx$ = hot('----d 2ms d', { d: Buffer.alloc(10) });
      const parts = wireOf(scheduler, { frames$: hot('512ms (mk)', frames), rx$ });
      const out$ = NEVER.pipe(probeWhenQuiet(parts.wire, asked, () => ({ ...options, patience: 100, longest: 20 })));
      // It is quiet from 7 ms on, for 500 ms.
      expectObservable(out$).toBe('512ms #', undefined, lost(512));
      flush();
      assert.deepStrictEqual(parts.said, [query]);
    }),
  );

  it(
    'tells each time that the modem is busy',
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('------b------b', frames) });
      const times: number[] = [];
      const stillBusy = () => times.push(scheduler.now());
      expectObservable(NEVER.pipe(probeWhenQuiet(wire, asked, () => ({ ...options, stillBusy }))), '^ 15ms !').toBe(
        '-',
      );
      flush();
      assert.deepStrictEqual(times, [6, 13]);
    }),
  );

  it(
    'ends with the conversation and with its subscriber, passes errors, and probes no more then',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const parts = wireOf(scheduler);
      const operator = probeWhenQuiet<string>(parts.wire, asked, () => options);
      const failing$ = cold('--#', undefined, lost(1));
      const givenUp$ = cold('-');
      expectObservable(of('a').pipe(operator)).toBe('(a|)');
      expectObservable(failing$.pipe(operator)).toBe('--#', undefined, lost(1));
      expectObservable(givenUp$.pipe(operator), '^--!').toBe('----');
      expectSubscriptions(failing$.subscriptions).toBe('^-!');
      expectSubscriptions(givenUp$.subscriptions).toBe('^--!');
      flush();
      assert.deepStrictEqual(parts.said, []);
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, NEVER } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { LivenessProbe, type ProbeAnswer } from '../../../src/esp8285/executor/livenessProbe';
import type { Frame } from '../../../src/esp8285/grammar/frame';

const frames: Record<string, Frame> = {
  c: { kind: 'opened', link: 4 },
  b: { kind: 'busy' },
  m: { kind: 'line', text: '+CIPMUX:1' },
  s: { kind: 'line', text: '+CIPMUX:0' },
  k: { kind: 'final', result: 'OK' },
};
const answers: Record<string, ProbeAnswer> = { b: 'busy', f: 'free', s: 'started' };

describe('LivenessProbe.send', () => {
  it.each([
    ['is answered by busy', '                    ---b-', '---(b|)', '-----'],
    ['is answered by a setting and an OK', '     ---m-k-', '-----(f|)', '-------'],
    ['shows a modem that has started again', '   ---s-k-', '-----(s|)', '-------'],
    ['leaves an OK without a setting alone', '   -k---m-k', '-------(f|)', '-k------'],
    ['lets other frames pass', '                 -c-m-ck', '------(f|)', '-c---c-'],
  ])('%s', (_, said, expected, passed) => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const modem$ = hot(said, frames);
      const say$ = cold<never>('-|');
      const probe = new LivenessProbe(modem$);
      expectObservable(probe.frames$).toBe(passed, frames);
      expectObservable(probe.send(say$)).toBe(expected, answers);
      expectSubscriptions(say$.subscriptions).toBe('^!');
    })();
  });

  it(
    'reads the frames only while it waits, and owes the answer after it has been given up',
    marbles(({ hot, expectObservable, expectSubscriptions, flush }) => {
      const modem$ = hot('----b-', frames);
      const subs = '      ^-!   ';
      const probe = new LivenessProbe(modem$);
      expectObservable(probe.send(NEVER), '^-!').toBe('------');
      expectSubscriptions(modem$.subscriptions).toBe(subs);
      flush();
      assert.ok(probe.isOwed);
    }),
  );

  it.each([
    ['all that comes in pieces, each called busy, until something else is said', '-bb-b---b', false, '---------'],
    ['and none of it once something else was said', '                     -bb-b---b', true, ' --b-b---b'],
    ['what is answered later although it was called busy, once', '        -b-mck-mk', false, '----c--mk'],
    ['not the settings that nobody has asked for', '                      -c-mk----', false, ' -c-mk----'],
  ])('keeps from others %s', (_, said, isOvertaken, passed) => {
    marbles(({ hot, expectObservable }, scheduler) => {
      const probe = new LivenessProbe(hot(said, frames));
      expectObservable(probe.frames$).toBe(passed, frames);
      if (said.includes('b')) probe.send(EMPTY).subscribe();
      if (isOvertaken) scheduler.schedule(() => probe.overtaken(), 1);
    })();
  });

  it(
    'knows a modem that is mute until the end of a send, or of anything',
    marbles(({ hot, flush }) => {
      const probe = new LivenessProbe(hot('-c-k', frames));
      const mute: boolean[] = [];
      probe.muted();
      probe.frames$.subscribe(() => mute.push(probe.isMute));
      flush();
      assert.deepStrictEqual(mute, [true, false]);
    }),
  );

  it('knows a modem whose send is over not to be mute, and that a question to it was dropped', () => {
    const probe = new LivenessProbe(NEVER);
    probe.send(EMPTY).subscribe().unsubscribe();
    probe.muted();
    probe.unmuted();
    assert.deepStrictEqual([probe.isMute, probe.isOwed, probe.surplus], [false, false, 1]);
  });

  it(
    'keeps from others as many answers as are told to come besides',
    marbles(({ hot, expectObservable }) => {
      const probe = new LivenessProbe(hot('-mk-c-mk', frames));
      probe.expectSurplus(1);
      expectObservable(probe.frames$).toBe('    ----c-mk', frames);
    }),
  );

  it('knows a modem that has started again while it sent, or that is asked anew, not to be mute', () => {
    const probe = new LivenessProbe(NEVER);
    probe.muted();
    probe.forget();
    assert.ok(!probe.isMute);
  });

  it(
    'fails when the query cannot be said',
    marbles(({ hot, cold, expectObservable }) => {
      const probe = new LivenessProbe(hot('-----', frames));
      expectObservable(probe.send(cold<never>('--#'))).toBe('--#');
    }),
  );
});

describe('LivenessProbe.settled', () => {
  it(
    'completes at once when no probe is owed an answer',
    marbles(({ hot, expectObservable }) => {
      expectObservable(new LivenessProbe(hot('---', frames)).settled()).toBe('|');
    }),
  );

  it(
    'waits for the answers to all probes, also to those that were given up',
    marbles(({ hot, expectObservable }) => {
      const probe = new LivenessProbe(hot('--b--m-k', frames));
      for (const answer$ of [probe.send(EMPTY), probe.send(EMPTY)]) answer$.subscribe().unsubscribe();
      expectObservable(probe.settled()).toBe('-------|');
    }),
  );

  it(
    'waits no more when the probes are forgotten',
    marbles(({ hot, expectObservable }) => {
      const probe = new LivenessProbe(hot('--b-', frames));
      probe.send(EMPTY).subscribe().unsubscribe();
      probe.forget();
      expectObservable(probe.settled()).toBe('|');
      expectObservable(probe.frames$).toBe('--b-', frames);
    }),
  );
});

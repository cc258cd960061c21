import { describe, it } from '@jest/globals';
import { EMPTY, NEVER, of } from 'rxjs';

import { command } from '../../../src/esp8285/commands/command';
import { answer, ifRefused, Refusal } from '../../../src/esp8285/executor/answer';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import { marbles } from '../../../harness/time/marbles';

const frames: Record<string, Frame> = {
  l: { kind: 'line', text: '+A:1' },
  m: { kind: 'line', text: '+A:2' },
  n: { kind: 'line', text: 'no ip' },
  v: { kind: 'unknown', text: 'A:"3' },
  w: { kind: 'unknown', text: 'wdt reset' },
  e: { kind: 'line', text: 'AT+A' },
  c: { kind: 'closed', link: 0 },
  b: { kind: 'busy' },
  k: { kind: 'final', result: 'OK' },
  x: { kind: 'final', result: 'ERROR' },
  f: { kind: 'final', result: 'FAIL' },
};
const asked = command('AT+A');
const lost = new Error('the line is lost');

describe('answer', () => {
  it.each([
    ['collects the lines of the answer until its OK', '   -l-m-k', '-----(s|)', '^----!', ['+A:1', '+A:2']],
    ['is empty where nothing but an OK comes', '          --k   ', '--(s|)   ', '^-!   ', []],
    ['leaves the echo and unsolicited messages out', '    -ecblk', '-----(s|)', '^----!', ['+A:1']],
    ['keeps an unknown line that may be a damaged one', ' -v-k  ', '---(s|)  ', '^--!  ', ['A:"3']],
    ['leaves an unknown line without a value out', '      -w-lk ', '----(s|) ', '^---! ', ['+A:1']],
    ['takes all of it when it comes at once', '           (lmk) ', '(s|)     ', '(^!) ', ['+A:1', '+A:2']],
  ])('%s', (_, said, expected, subs, lines) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const frames$ = cold(said, frames);
      expectObservable(frames$.pipe(answer(asked))).toBe(expected, { s: lines });
      expectSubscriptions(frames$.subscriptions).toBe(subs);
    })();
  });

  it.each([
    ['ERROR', '-n-x', new Refusal('AT+A', 'ERROR', ['no ip'])],
    ['FAIL', ' -l-f', new Refusal('AT+A', 'FAIL', ['+A:1'])],
    ['ERROR, with an unknown line, which may be the reason', '-w-x', new Refusal('AT+A', 'ERROR', ['wdt reset'])],
  ])('errors at %s with what was said before', (_, said, refusal) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const frames$ = cold(said, frames);
      expectObservable(frames$.pipe(answer(asked))).toBe('---#', undefined, refusal);
      expectSubscriptions(frames$.subscriptions).toBe('^--!');
    })();
  });

  it(
    'takes every line of a command that is answered freely',
    marbles(({ cold, expectObservable }) => {
      const said$ = cold('-wk', frames).pipe(answer({ ...asked, isAnsweredFreely: true }));
      expectObservable(said$).toBe('--(s|)', { s: ['wdt reset'] });
    }),
  );

  it(
    'ends with its source, and passes its error',
    marbles(({ cold, expectObservable }) => {
      expectObservable(EMPTY.pipe(answer(asked))).toBe('|');
      expectObservable(NEVER.pipe(answer(asked))).toBe('-');
      expectObservable(cold<Frame>('-l-|', frames).pipe(answer(asked))).toBe('---|');
      expectObservable(cold<Frame>('-l-#', frames, lost).pipe(answer(asked))).toBe('---#', undefined, lost);
    }),
  );

  it(
    'unsubscribes with its subscriber, and keeps nothing for the next',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operator = answer(asked);
      const first$ = cold<Frame>('-l-k', frames);
      const second$ = cold<Frame>('--mk', frames);
      expectObservable(first$.pipe(operator), '^-!').toBe('---');
      expectObservable(second$.pipe(operator)).toBe('---(s|)', { s: ['+A:2'] });
      expectSubscriptions(first$.subscriptions).toBe('^-!');
      expectSubscriptions(second$.subscriptions).toBe('^--!');
    }),
  );
});

describe('ifRefused', () => {
  const refusal = new Refusal('AT+A', 'ERROR', []);

  it(
    'goes on with something else when the modem has refused',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const refused$ = cold('--#', undefined, refusal);
      const instead$ = cold('  -b|');
      expectObservable(refused$.pipe(ifRefused(instead$))).toBe('---b|');
      expectSubscriptions(refused$.subscriptions).toBe('^-!');
      expectSubscriptions(instead$.subscriptions).toBe('--^-!');
    }),
  );

  it(
    'passes an outcome and any other error',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const instead$ = cold('b|');
      const operator = ifRefused<string, string>(instead$);
      expectObservable(cold('-a|').pipe(operator)).toBe('-a|');
      expectObservable(cold('-a-#', undefined, lost).pipe(operator)).toBe('-a-#', undefined, lost);
      expectObservable(of('a').pipe(operator)).toBe('(a|)');
      expectSubscriptions(instead$.subscriptions).toBe([]);
    }),
  );

  it(
    'unsubscribes from what it goes on with',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const instead$ = cold('  ---b|');
      const out$ = cold('--#', undefined, refusal).pipe(ifRefused(instead$));
      expectObservable(out$, '^--!').toBe('----');
      expectSubscriptions(instead$.subscriptions).toBe('--^!');
    }),
  );
});

import { describe, it } from '@jest/globals';
import { EMPTY, NEVER, of } from 'rxjs';

import { wireOf } from '../../../harness/modems/wireOf';
import { answeredWithin, BusyForEver } from '../../../src/esp8285/executor/answeredWithin';
import { Unanswered } from '../../../src/esp8285/executor/unanswered';
import type { Frame } from '../../../src/esp8285/grammar/frame';
import { marbles } from '../../../harness/time/marbles';

const frames: Record<string, Frame> = { b: { kind: 'busy' }, l: { kind: 'line', text: '+A' } };
const late = new Unanswered('AT+A', 5);

describe('answeredWithin', () => {
  it(
    'passes what comes in time, and is over with it',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler);
      const conversation$ = cold('-a--b|');
      expectObservable(conversation$.pipe(answeredWithin(10, 'AT+A', wire))).toBe('-a--b|');
      expectObservable(EMPTY.pipe(answeredWithin(10, 'AT+A', wire))).toBe('|');
      expectObservable(of('a').pipe(answeredWithin(10, 'AT+A', wire))).toBe('(a|)');
      expectSubscriptions(conversation$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'errors when the conversation has not ended in time, whatever else comes of it',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('--l--l--l', frames) });
      const conversation$ = cold('-a--------');
      expectObservable(conversation$.pipe(answeredWithin(5, 'AT+A', wire))).toBe('-a---#', undefined, late);
      expectObservable(NEVER.pipe(answeredWithin(5, 'AT+A', wire))).toBe('-----#', undefined, late);
      expectSubscriptions(conversation$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'counts from when the modem has last said that it is busy',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('---b--b', frames) });
      const conversation$ = cold('-');
      expectObservable(conversation$.pipe(answeredWithin(5, 'AT+A', wire))).toBe('-----------#', undefined, late);
      expectSubscriptions(conversation$.subscriptions).toBe('^----------!');
    }),
  );

  it(
    'does not count from then without patience',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('---b--b', frames) });
      const conversation$ = cold('-');
      expectObservable(conversation$.pipe(answeredWithin(5, 'AT+A', wire, 0))).toBe('-----#', undefined, late);
      expectSubscriptions(conversation$.subscriptions).toBe('^----!');
    }),
  );

  it(
    'errors otherwise when the modem is busy until its patience ends',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler, { frames$: hot('---b---b---b---b', frames) });
      const conversation$ = cold('-');
      // The last time from which the 5 ms count is at 11 ms: they do not end before the patience does.
      const out$ = conversation$.pipe(answeredWithin(5, 'AT+A', wire, 12));
      expectObservable(out$).toBe('------------#', undefined, new BusyForEver('AT+A'));
      expectSubscriptions(conversation$.subscriptions).toBe('^-----------!');
    }),
  );

  it(
    'keeps its time for each subscription, and stops with it',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const { wire } = wireOf(scheduler);
      const operator = answeredWithin<string>(5, 'AT+A', wire);
      const first$ = cold('-');
      const second$ = cold('----a--|');
      expectObservable(first$.pipe(operator), '^--!').toBe('----');
      expectObservable(second$.pipe(operator), '---^').toBe('-------a#', undefined, late);
      expectSubscriptions(first$.subscriptions).toBe('^--!');
      expectSubscriptions(second$.subscriptions).toBe('---^----!');
    }),
  );
});

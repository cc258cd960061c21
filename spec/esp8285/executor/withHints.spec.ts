import { describe, it } from '@jest/globals';
import { of } from 'rxjs';

import { wireOf } from '../../../harness/modems/wireOf';
import { Refusal } from '../../../src/esp8285/executor/answer';
import { Unanswered } from '../../../src/esp8285/executor/unanswered';
import { withHints } from '../../../src/esp8285/executor/withHints';
import { marbles } from '../../../harness/time/marbles';

const hints = { h: { message: 'the port is taken' }, i: { message: 'by another program' } };
const refusal = new Refusal('AT+A', 'ERROR', []);

describe('withHints', () => {
  it.each([
    ['adds what was said beside the line to a refusal', '-h---', refusal.because(hints.h)],
    ['adds the last of several', '                       -hi--', refusal.because(hints.i)],
    ['leaves a refusal alone where nothing was said', '  -----', refusal],
    ['is too late for what is said afterwards', '        -----h', refusal],
  ])('%s', (_, said, error) => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const hints$ = hot(said, hints);
      const { wire } = wireOf(scheduler, { hints$ });
      const conversation$ = cold('-a--#', undefined, refusal);
      expectObservable(conversation$.pipe(withHints(wire))).toBe('-a--#', undefined, error);
      expectSubscriptions(conversation$.subscriptions).toBe('^---!');
      expectSubscriptions(hints$.subscriptions).toBe('^---!');
    })();
  });

  it(
    'leaves other errors alone',
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const { wire } = wireOf(scheduler, { hints$: hot('-h', hints) });
      const late = new Unanswered('AT+A', 5);
      expectObservable(cold('--#', undefined, late).pipe(withHints(wire))).toBe('--#', undefined, late);
    }),
  );

  it(
    'passes what succeeds, and listens no longer than that',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const hints$ = hot('-h-----h', hints);
      const { wire } = wireOf(scheduler, { hints$ });
      expectObservable(cold('-a-b|').pipe(withHints(wire))).toBe('-a-b|');
      expectSubscriptions(hints$.subscriptions).toBe('^---!');
    }),
  );

  it(
    'listens to nothing after a conversation that ends at once',
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const hints$ = hot('-h', hints);
      const { wire } = wireOf(scheduler, { hints$ });
      expectObservable(of('a').pipe(withHints(wire))).toBe('(a|)');
      expectSubscriptions(hints$.subscriptions).toBe('(^!)');
    }),
  );

  it(
    'keeps what was said from the next subscription, and unsubscribes with each',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const hints$ = hot('-h', hints);
      const { wire } = wireOf(scheduler, { hints$ });
      const operator = withHints<string>(wire);
      expectObservable(cold('---#', undefined, refusal).pipe(operator), '^-!').toBe('---');
      expectObservable(cold('---#', undefined, refusal).pipe(operator), '--^').toBe('-----#', undefined, refusal);
      expectSubscriptions(hints$.subscriptions).toBe(['^-!', '--^--!']);
    }),
  );
});

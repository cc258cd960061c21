import { describe, it } from '@jest/globals';
import { NEVER, of } from 'rxjs';

import { certainAtOnce } from '../../../src/esp8285/executor/certainAtOnce';
import { AnswerLost, Unanswered } from '../../../src/esp8285/executor/unanswered';
import { marbles } from '../../../harness/time/marbles';

const lost = new AnswerLost('AT+A', [], 2_500);
const late = new Unanswered('AT+A', 5_000);

describe('certainAtOnce', () => {
  it.each([
    ['emits what is certain, and ends with the conversation', ' --c----', '----a|', '--c--|', '^-!', '   ^----!'],
    ['emits the outcome where nothing is certain before', '     -------', '----a|', '----a|', '^----!', '^----!'],
    ['emits the outcome where nothing is certain at all', '     -|     ', '----a|', '----a|', '^!', '    ^----!'],
    ['emits what comes first', '                               ------c-', '----a|', '----a|', '^----!', '^----!'],
    ['emits the first that is certain', '                      -c-c-c-', '----a|', '-c---|', '^!', '    ^----!'],
  ])('%s', (_, certain, conversation, expected, certainSubs, subs) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const certain$ = cold(certain);
      const conversation$ = cold(conversation);
      expectObservable(conversation$.pipe(certainAtOnce(certain$))).toBe(expected);
      expectSubscriptions(certain$.subscriptions).toBe(certainSubs);
      expectSubscriptions(conversation$.subscriptions).toBe(subs);
    })();
  });

  it(
    'takes a lost end for an end when the outcome is certain, and for an error when not',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('----#', undefined, lost).pipe(certainAtOnce(cold('-c')))).toBe('-c--|');
      expectObservable(cold('----#', undefined, lost).pipe(certainAtOnce<string>(NEVER))).toBe(
        '----#',
        undefined,
        lost,
      );
    }),
  );

  it(
    'passes any other error, certain or not',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('----#', undefined, late).pipe(certainAtOnce(cold('-c')))).toBe('-c--#', undefined, late);
      expectObservable(cold('----#', undefined, late).pipe(certainAtOnce<string>(NEVER))).toBe(
        '----#',
        undefined,
        late,
      );
    }),
  );

  it(
    'is certain at once where that is so from the beginning',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--a|').pipe(certainAtOnce(of('c')))).toBe('c--|');
      expectObservable(of('a').pipe(certainAtOnce<string>(of('c')))).toBe('(c|)');
    }),
  );

  it(
    'unsubscribes from both with its subscriber, and knows nothing of the subscription before',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const certain$ = cold('-c');
      const operator = certainAtOnce(certain$);
      const first$ = cold('---a|');
      const second$ = cold('(a|)');
      expectObservable(first$.pipe(operator), '^-!').toBe('-c-');
      expectObservable(second$.pipe(operator), '---^').toBe('---(a|)');
      expectSubscriptions(first$.subscriptions).toBe('^-!');
      expectSubscriptions(certain$.subscriptions).toBe(['^!', '---(^!)']);
    }),
  );
});

import { describe, it } from '@jest/globals';
import { defer, EMPTY, NEVER, of, throwError } from 'rxjs';

import { retryLost } from '../../../src/esp8285/executor/retryLost';
import { AnswerLost, Unanswered } from '../../../src/esp8285/executor/unanswered';
import { marbles } from '../../../harness/time/marbles';

const lost = new AnswerLost('AT+A', [], 5);
const late = new Unanswered('AT+A', 5);

describe('retryLost', () => {
  it(
    'passes what a conversation emits, and its other errors',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const passing$ = cold('-a--b|');
      const failing$ = cold('-a--#', undefined, late);
      expectObservable(passing$.pipe(retryLost())).toBe('-a--b|');
      expectObservable(failing$.pipe(retryLost())).toBe('-a--#', undefined, late);
      expectObservable(EMPTY.pipe(retryLost())).toBe('|');
      expectObservable(NEVER.pipe(retryLost())).toBe('-');
      expectObservable(of('a').pipe(retryLost())).toBe('(a|)');
      expectSubscriptions(passing$.subscriptions).toBe('^----!');
      expectSubscriptions(failing$.subscriptions).toBe('^---!');
    }),
  );

  it(
    'repeats once a conversation whose answer was lost',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const losing$ = cold('--#', undefined, lost);
      expectObservable(losing$.pipe(retryLost())).toBe('----#', undefined, lost);
      expectSubscriptions(losing$.subscriptions).toBe(['^-!', '--^-!']);
      expectObservable(throwError(() => lost).pipe(retryLost())).toBe('#', undefined, lost);
    }),
  );

  it(
    'emits what the repetition emits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const attempts = [cold('--#', undefined, lost), cold('---a|')];
      let attempt = 0;
      const conversation$ = defer(() => attempts[attempt++] ?? EMPTY);
      expectObservable(conversation$.pipe(retryLost())).toBe('-----a|');
      expectSubscriptions(attempts[0]?.subscriptions ?? []).toBe('^-!');
      expectSubscriptions(attempts[1]?.subscriptions ?? []).toBe('--^---!');
    }),
  );

  it(
    'repeats once for each subscriber, and ends with it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const losing$ = cold('--#', undefined, lost);
      const operator = retryLost<string>();
      expectObservable(losing$.pipe(operator), '^--!').toBe('----');
      expectObservable(losing$.pipe(operator), '-----^').toBe('---------#', undefined, lost);
      expectSubscriptions(losing$.subscriptions).toBe(['^-!', '--^!', '-----^-!', '-------^-!']);
    }),
  );
});

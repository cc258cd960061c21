import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, NEVER, Observable, of } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

import { marbles } from '../../../harness/time/marbles';
import { type Settlement, Turn } from '../../../src/esp8285/executor/turn';

const interruption = new Error('interrupted');

/** A caller that requests a turn when it subscribes, and the executor that serves it `after` some time. */
function served(
  { cold }: Pick<RunHelpers, 'cold'>,
  conversation$: Observable<string>,
  after: string,
  interrupts = '-',
) {
  const settled: Settlement<string>[] = [];
  const serving: Observable<never>[] = [];
  const caller$ = new Observable<string>((caller) => {
    const turn: Turn<string> = new Turn<string>(caller, {
      converse: () => (turn.begin() ? conversation$ : NEVER),
      interruptions$: cold(interrupts),
      interruption: () => interruption,
      settled: (settlement) => settled.push(settlement),
    });
    serving.push(turn.serving$);
    return () => turn.giveUp();
  });
  const server$ = concat(
    cold<never>(after),
    defer(() => serving[0] ?? NEVER),
  );
  return { caller$, server$, settled };
}

describe('Turn', () => {
  it(
    'tells the caller the first value, and ends with the conversation',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions, flush } = helpers;
      const conversation$ = cold('--a-b-|');
      const { caller$, server$, settled } = served(helpers, conversation$, '-|');
      expectObservable(caller$).toBe('---(a|)');
      expectObservable(server$).toBe('-------|');
      expectSubscriptions(conversation$.subscriptions).toBe('-^-----!');
      flush();
      assert.deepStrictEqual(settled, [{ end: 'done', value: 'a', isAwaited: true }]);
    }),
  );

  it(
    'tells the caller an error, and completes',
    marbles((helpers) => {
      const { cold, expectObservable, flush } = helpers;
      const { caller$, server$, settled } = served(helpers, cold('--#', undefined, 'cause'), '-|');
      expectObservable(caller$).toBe('---#', undefined, 'cause');
      expectObservable(server$).toBe('---|');
      flush();
      assert.deepStrictEqual(settled, [{ end: 'failed', cause: 'cause', isAwaited: true }]);
    }),
  );

  it(
    'never begins when the caller has given it up before',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions, flush } = helpers;
      const conversation$ = cold('--a|');
      const { caller$, server$, settled } = served(helpers, conversation$, '---|');
      expectObservable(caller$, '^-!').toBe('-');
      expectObservable(server$).toBe('---|');
      expectSubscriptions(conversation$.subscriptions).toBe([]);
      flush();
      assert.deepStrictEqual(settled, [{ end: 'withdrawn', isAwaited: false }]);
    }),
  );

  it(
    'runs to its end when the caller gives it up later',
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions, flush } = helpers;
      const conversation$ = cold('--a-|');
      const { caller$, server$, settled } = served(helpers, conversation$, '-|');
      expectObservable(caller$, '^-!').toBe('-');
      expectObservable(server$).toBe('-----|');
      expectSubscriptions(conversation$.subscriptions).toBe('-^---!');
      flush();
      assert.deepStrictEqual(settled, [{ end: 'done', value: 'a', isAwaited: false }]);
    }),
  );

  it.each([
    ['before its value', '     ---', '---#', '---|', '-^-!', 'failed'],
    ['after its value', '      -a-', '--(a|)', '---|', '-^-!', 'done'],
  ] as const)('is interrupted %s', (_, conversation, told, ended, subs, end) => {
    marbles((helpers) => {
      const { cold, expectObservable, expectSubscriptions, flush } = helpers;
      const conversation$ = cold(conversation);
      const { caller$, server$, settled } = served(helpers, conversation$, '-|', '--i');
      expectObservable(caller$).toBe(told, undefined, interruption);
      expectObservable(server$).toBe(ended);
      expectSubscriptions(conversation$.subscriptions).toBe(subs);
      flush();
      assert.deepStrictEqual(
        settled.map((settlement) => settlement.end),
        [end],
      );
    })();
  });

  it(
    'fails without a value, and may end at once',
    marbles((helpers) => {
      const { cold, expectObservable } = helpers;
      const empty = served(helpers, cold('--|'), '|');
      expectObservable(empty.caller$).toBe('--#', undefined, interruption);
      expectObservable(empty.server$).toBe('--|');
      const quick = served(helpers, of('a'), '|');
      expectObservable(quick.caller$).toBe('(a|)');
      expectObservable(quick.server$).toBe('|');
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { tap, throwError } from 'rxjs';

import { marbles } from '../../../harness/time/marbles';
import { hearing } from '../../../src/esp8285/executor/hearing';
import type { Frame } from '../../../src/esp8285/grammar/frame';

const said: Record<string, Frame> = { a: { kind: 'prompt' }, b: { kind: 'busy' } };

describe('hearing', () => {
  it(
    'passes what the modem says to the function as long as the conversation runs',
    marbles(({ hot, cold, expectObservable, expectSubscriptions, flush }) => {
      const frames$ = hot('    -a-b--a', said);
      const conversation$ = cold('--x-|');
      const heard: string[] = [];
      expectObservable(conversation$.pipe(hearing({ frames$ }, ({ kind }) => heard.push(kind)))).toBe('--x-|');
      expectSubscriptions(frames$.subscriptions).toBe('^---!');
      flush();
      assert.deepStrictEqual(heard, ['prompt', 'busy']);
    }),
  );

  it(
    'hears a frame before the conversation does',
    marbles(({ hot, expectObservable, flush }) => {
      const frames$ = hot('-a', said);
      const order: string[] = [];
      const conversation$ = frames$.pipe(tap(() => order.push('conversation')));
      expectObservable(conversation$.pipe(hearing({ frames$ }, () => order.push('function')))).toBe('-a', said);
      flush();
      assert.deepStrictEqual(order, ['function', 'conversation']);
    }),
  );

  it(
    'fails with the line, and does not begin the conversation on a line that is lost',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lost = new Error('the line is lost');
      const conversation$ = cold('--x-');
      expectObservable(conversation$.pipe(hearing({ frames$: cold('---#') }, () => undefined))).toBe('--x#');
      expectObservable(conversation$.pipe(hearing({ frames$: throwError(() => lost) }, () => undefined))).toBe(
        '#',
        undefined,
        lost,
      );
      expectSubscriptions(conversation$.subscriptions).toBe(['^--!']);
    }),
  );
});

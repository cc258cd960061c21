import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, defer, EMPTY, NEVER, type Observable, type SchedulerLike, throwError } from 'rxjs';

import { marbles } from '../../../../harness/time/marbles';
import { Segments } from '../../../../src/esp8285/links/sending/segments';
import { watchSegments } from '../../../../src/esp8285/links/sending/watchSegments';

/** Segments 1 and 2, and the seconds at which the modem was asked. */
function watched(scheduler: SchedulerLike, answer$: Observable<never> = EMPTY) {
  const segments = new Segments();
  for (const number of [1, 2]) segments.taken(segments.begin(10), number);
  const asked: number[] = [];
  const ask = () =>
    defer(() => {
      asked.push(scheduler.now() / 1000);
      return answer$;
    });
  const watched$ = watchSegments(segments, { clock: scheduler, ask }).pipe(
    catchError((error: unknown) => throwError(() => (error instanceof Error ? error.constructor.name : error))),
  );
  return { segments, asked, watched$ };
}

describe('watching over segments', () => {
  it(
    'ends when all are acknowledged, without a question',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { segments, asked, watched$ } = watched(scheduler);
      cold('-a').subscribe(() => segments.ended(1, true));
      cold('---a').subscribe(() => segments.ended(2, true));
      expectObservable(watched$).toBe('---|');
      flush();
      assert.deepStrictEqual([asked, scheduler.frame], [[], 3]);
    }),
  );

  it(
    'asks less and less often, and fails when nothing is acknowledged for 75 s',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { asked, watched$ } = watched(scheduler);
      expectObservable(watched$).toBe('75s #', undefined, 'Unanswered');
      flush();
      assert.deepStrictEqual(asked, [2.5, 7.5, 17.5, 27.5, 37.5, 47.5, 57.5, 67.5]);
    }),
  );

  it(
    'begins anew at each acknowledgement',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { segments, asked, watched$ } = watched(scheduler);
      cold('10s a').subscribe(() => segments.ended(1, true));
      expectObservable(watched$).toBe('85s #', undefined, 'Unanswered');
      flush();
      assert.deepStrictEqual(asked.slice(0, 5), [2.5, 7.5, 12.5, 17.5, 27.5]);
    }),
  );

  it(
    'asks at once when a result does not fit, but one question at a time',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { segments, asked, watched$ } = watched(scheduler, NEVER);
      cold('1s a 1s a').subscribe(() => segments.ended(9, true));
      expectObservable(watched$, '^ 20s !').toBe('-');
      flush();
      assert.deepStrictEqual(asked, [1]);
    }),
  );

  it.each([
    ['fails when a segment is still not acknowledged some time after SEND FAIL', false, '1501ms #'],
    ['goes on when it is acknowledged after all', true, '500ms |'],
  ])('%s', (_, isDelivered, expected) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const { segments, watched$ } = watched(scheduler);
      cold('-a').subscribe(() => segments.ended(2, false));
      if (isDelivered) cold('500ms a').subscribe(() => segments.ended(2, true));
      expectObservable(watched$).toBe(expected, undefined, 'SendFailed');
    })();
  });

  it(
    'stops with its subscriber',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { asked, watched$ } = watched(scheduler, NEVER);
      expectObservable(watched$, '^ 3s !').toBe('-');
      flush();
      assert.deepStrictEqual([asked, scheduler.frame], [[2.5], 3001]);
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, NEVER, type Observable, of, throwError } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

import { OSError } from '../../../src/usocket';
import { closedError, Operations } from '../../../src/usocket/calls/operations';
import { marbles } from '../../../harness/time/marbles';

const broken = new OSError('EIO', 'recv', 'recv: broken');

/** Closes the socket at each emission of the diagram. */
function closingAt({ cold }: RunHelpers, operations: Operations, times: string): void {
  cold(times).subscribe(() => {
    operations.close();
  });
}

describe('Operations', () => {
  it(
    'names the call that the closing of its interface ends',
    marbles(({ cold, expectObservable }, scheduler) => {
      const operations = new Operations(scheduler);
      const closed = new OSError('EBADF', 'modem', 'the interface is closed');
      const operation$ = cold('                            --a#', undefined, closed);
      const named = (call: string) => new OSError('EBADF', call, `${call}: the interface is closed`);
      expectObservable(operations.start('recv', undefined, () => operation$)).toBe('--a#', undefined, named('recv'));
      expectObservable(operations.followed('accept', undefined, operation$)).toBe('--a#', undefined, named('accept'));
    }),
  );

  it(
    'runs the operation of a call for each subscriber, and ends with it',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const operation$ = cold('                                    --a|');
      const call$ = new Operations(scheduler).start('recv', undefined, () => operation$);
      expectObservable(call$).toBe('                               --a|');
      expectObservable(call$, '-^-!').toBe('                       ---');
      expectSubscriptions(operation$.subscriptions).toBe(['^--!', '-^-!']);
    }),
  );

  it(
    'gives the operation its call, with the name and the time limit of the socket',
    marbles(({ expectObservable }, scheduler) => {
      const operations = new Operations(scheduler);
      operations.limits.timeout = 0;
      const call$ = operations.start('recv', undefined, ({ name, isNonBlocking }) => of(`${name} ${isNonBlocking}`));
      expectObservable(call$).toBe('(a|)', { a: 'recv true' });
    }),
  );

  it(
    'ends the calls that wait with EBADF when the socket is closed, and lets those go that have had their value',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const operations = new Operations(scheduler);
      const waiting$ = cold('  -----a');
      const told$ = cold('     -a----');
      const start = (operation$: Observable<string>) => operations.start('recv', undefined, () => operation$);
      closingAt(helpers, operations, '--x');
      expectObservable(start(waiting$)).toBe('--#', undefined, closedError('recv'));
      expectObservable(start(told$)).toBe('-a|');
      expectObservable(operations.closing$, '^---!').toBe('--c', { c: undefined });
      expectSubscriptions(waiting$.subscriptions).toBe('^-!');
      expectSubscriptions(told$.subscriptions).toBe('^-!');
    }),
  );

  it(
    'begins nothing on a closed socket',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const operations = new Operations(scheduler);
      const operation$ = cold('a|');
      operations.close();
      expectObservable(operations.start('send', undefined, () => operation$)).toBe('#', undefined, closedError('send'));
      expectSubscriptions(operation$.subscriptions).toBe([]);
    }),
  );

  it(
    'takes an operation that ends without a value for one that the close has ended',
    marbles(({ expectObservable }, scheduler) => {
      const call$ = new Operations(scheduler).start('recv', undefined, () => EMPTY);
      expectObservable(call$).toBe('#', undefined, closedError('recv'));
    }),
  );

  it('tells of a failure before the caller hears of it', () => {
    const told: string[] = [];
    const failed = (error: unknown) => void told.push(`failed: ${error === broken}`);
    const failing$ = throwError(() => broken);
    new Operations(undefined as never)
      .start('recv', undefined, () => failing$, failed)
      .subscribe({
        error: () => told.push('the caller'),
      });
    assert.deepStrictEqual(told, ['failed: true', 'the caller']);
  });

  it(
    'reports the failure of an earlier call that did not wait, once, and does not begin',
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const operations = new Operations(scheduler);
      const operation$ = cold('a|');
      const call$ = operations.start('send', undefined, () => operation$);
      operations.background.run(throwError(() => broken));
      expectObservable(call$).toBe('#', undefined, broken);
      expectObservable(call$, '-^').toBe('-a|');
      expectSubscriptions(operation$.subscriptions).toBe('-^!');
    }),
  );

  it('forgets a call that is given up', () => {
    const operations = new Operations(undefined as never);
    const told: unknown[] = [];
    operations
      .start('recv', undefined, () => NEVER)
      .subscribe({ error: (error: unknown) => told.push(error) })
      .unsubscribe();
    operations.close();
    assert.deepStrictEqual(told, []);
  });
});

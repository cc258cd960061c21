import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { concat, finalize, NEVER, Observable, of, Subject, throwError } from 'rxjs';

import { OSError } from '../../../src/usocket/contract/osError';
import { partOptions, promiseOf } from '../../../src/usocket/contract/promiseOf';
import { failureOf, reasonOf } from '../../../harness/interfaces/failure';

describe('the signal of a promise', () => {
  it('that is aborted already begins nothing', async () => {
    let begun = 0;
    const reason = new Error('not wanted');
    const operation$ = new Observable<number>(() => {
      begun++;
    });
    expect(await reasonOf(promiseOf(operation$, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(begun).toBe(0);
  });

  it('aborts the operation with its reason, of any type', async () => {
    for (const reason of [new Error('enough'), 'enough', 0, null, new OSError('EIO', 'mine', 'mine')]) {
      const controller = new AbortController();
      let givenUp = false;
      const promise = promiseOf(NEVER.pipe(finalize(() => (givenUp = true))), controller);
      controller.abort(reason);
      expect(await reasonOf(promise)).toBe(reason);
      expect(givenUp).toBe(true);
    }
  });

  it.each([undefined, null, {}, { signal: undefined }])('is not there in %p', async (options) => {
    expect(await promiseOf(of(1), options)).toBe(1);
  });

  it('may be of AbortSignal.timeout and AbortSignal.any', async () => {
    expect(await reasonOf(promiseOf(NEVER, { signal: AbortSignal.timeout(1) }))).toMatchObject({
      name: 'TimeoutError',
    });
    const [one, other] = [new AbortController(), new AbortController()];
    const promise = promiseOf(NEVER, { signal: AbortSignal.any([one.signal, other.signal]) });
    other.abort();
    expect(await reasonOf(promise)).toMatchObject({ name: 'AbortError' });
  });

  it('that is aborted after the value has come changes nothing', async () => {
    const controller = new AbortController();
    const values$ = new Subject<string>();
    const promise = promiseOf(values$, controller);
    values$.next('taken');
    controller.abort();
    expect(await promise).toBe('taken');
  });

  it.each([
    ['a value', of(1)],
    ['no value', concat()],
    ['an error', throwError(() => new OSError('EIO', 'recv', 'recv: broken'))],
  ])('has no listener left after %s', async (_, operation$) => {
    const { signal } = new AbortController();
    await reasonOf(promiseOf(operation$, { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('has one listener for many operations, none afterwards, and then one again', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    const controller = new AbortController();
    const { signal } = controller;
    const values$ = new Subject<number>();
    const promises = Array.from({ length: 50 }, () => promiseOf(values$, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    values$.next(7);
    expect(new Set(await Promise.all(promises))).toEqual(new Set([7]));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const last = [promiseOf(values$, { signal }), promiseOf(values$, { signal })].map(reasonOf);
    controller.abort('done');
    expect(await Promise.all(last)).toEqual(['done', 'done']);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await new Promise(setImmediate);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  it.each([null, 'signal', {}, new AbortController()])('that is none, %p, is EINVAL', async (signal) => {
    const failure = await failureOf(promiseOf(NEVER, { signal: signal as unknown as AbortSignal }));
    expect(failure).toMatchObject({ code: 'EINVAL', message: expect.stringContaining('AbortSignal') });
  });
});

describe('the error of a promise', () => {
  const broken = () => new OSError('EIO', 'recv', 'recv: broken', { cause: new Error('below') });

  /** As a method of a socket would. */
  const method = (operation$: Observable<unknown>): Promise<unknown> => promiseOf(operation$);

  function callsFromHere(operation$: Observable<unknown>): Promise<unknown> {
    return method(operation$);
  }

  it('shows who called, when it comes at once and when it comes later', async () => {
    const later$ = new Subject<never>();
    const failures = [failureOf(callsFromHere(throwError(broken))), failureOf(callsFromHere(later$))];
    later$.error(broken());
    for (const failure of await Promise.all(failures)) {
      expect(failure.stack).toMatch(/^OSError: recv: broken\n +at callsFromHere/);
      expect(failure).toMatchObject({ code: 'EIO', errno: 5, syscall: 'recv', args: [5], cause: { message: 'below' } });
    }
  });

  it('is a copy for each of several callers that wait for the same operation', async () => {
    const shared = broken();
    const shared$ = new Subject<never>();
    const first = failureOf(callsFromHere(shared$));
    const second = failureOf(method(shared$));
    shared$.error(shared);
    const [one, other] = await Promise.all([first, second]);
    expect(one.stack).toContain('callsFromHere');
    expect(other.stack).not.toContain('callsFromHere');
    expect(shared.stack).not.toContain('callsFromHere');
    expect([one.cause, other.cause]).toEqual([shared.cause, shared.cause]);
  });

  it('has no cause if there was none, and keeps other properties', async () => {
    const failure = await failureOf(promiseOf(throwError(() => new OSError('EIO', 'recv', 'recv: broken'))));
    expect('cause' in failure).toBe(false);
    const told = Object.assign(broken(), { sent: 12 });
    expect(await failureOf(promiseOf(throwError(() => told)))).toMatchObject({ sent: 12 });
  });

  it('that is not an OSError stays unchanged', async () => {
    const foreign = new TypeError('mine');
    expect(await reasonOf(promiseOf(throwError(() => foreign)))).toBe(foreign);
  });

  it('has no stack where the program has turned stacks off', async () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const promise = failureOf(promiseOf(throwError(broken)));
    Error.stackTraceLimit = limit;
    expect((await promise).stack).toBe('OSError: recv: broken');
  });
});

describe('partOptions', () => {
  const signal = undefined;
  const cases = [
    [[], [], undefined],
    [[undefined, undefined], [undefined, undefined], undefined],
    [[{ signal }, undefined], [], { signal }],
    [[5, { signal }], [5], { signal }],
    [[undefined, { signal }], [undefined], { signal }],
    [[null, { signal }], [null], { signal }],
    [[Buffer.of(5), { signal }], [Buffer.of(5)], { signal }],
    [[['10.0.0.7', '255.0.0.0'], { signal }], [['10.0.0.7', '255.0.0.0']], { signal }],
  ] as const;
  it.each(cases)('parts %j', (given, values, options) => {
    expect(partOptions<unknown, object>(given)).toEqual([values, options]);
  });
});

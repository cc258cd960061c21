import { describe, expect, it } from '@jest/globals';
import { concat, EMPTY, of, throwError } from 'rxjs';

import { type ErrorCode, OSError } from '../../../src/usocket';
import { Background } from '../../../src/usocket/calls/background';
import { marbles } from '../../../harness/time/marbles';

describe('the background of a socket', () => {
  it('throws the first failure, which the others follow from, and forgets it', () => {
    const background = new Background();
    const fail = (code: ErrorCode) => {
      background.run(throwError(() => new OSError(code, 'write', code)));
    };
    fail('ECONNRESET');
    fail('EPIPE');
    expect(() => background.throwFailure()).toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
    expect(() => background.throwFailure()).not.toThrow();
    fail('EPIPE');
    expect(() => background.throwFailure()).toThrow(expect.objectContaining({ code: 'EPIPE' }));
    background.end();
  });

  it(
    'goes on with an operation past its first value, which ends the call',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--b--|');
      expectObservable(new Background().runPastFirst(operation$)).toBe('--(a|)');
      expectSubscriptions(operation$.subscriptions).toBe('^-------!');
    }),
  );

  it(
    'cancels an operation whose call is given up before its first value, and none after it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('--a--|');
      const background = new Background();
      expectObservable(background.runPastFirst(operation$), '-!').toBe('--');
      expectObservable(background.runPastFirst(operation$), '---!').toBe('--(a|)');
      expectSubscriptions(operation$.subscriptions).toBe(['^!', '^----!']);
    }),
  );

  it('gives a failure to the call that waits, and one that comes later to the next call', () => {
    const background = new Background();
    const failure = new OSError('ECONNRESET', 'send', 'gone');
    const told: unknown[] = [];
    const observer = { next: (value: unknown) => told.push(value), error: (error: unknown) => told.push(error) };
    background.runPastFirst(throwError(() => failure)).subscribe(observer);
    expect(told).toEqual([failure]);
    expect(() => background.throwFailure()).not.toThrow();
    background
      .runPastFirst(
        concat(
          of(5),
          throwError(() => failure),
        ),
      )
      .subscribe(observer);
    expect(told).toEqual([failure, 5]);
    expect(() => background.throwFailure()).toThrow(failure);
  });

  it('gives a failure to a call that fails later, because the program has to know it first', () => {
    const background = new Background();
    const [first, second] = (['ECONNRESET', 'EPIPE'] as const).map((code) => new OSError(code, 'send', code));
    const told: unknown[] = [];
    const call$ = throwError(() => second).pipe(background.reportFirst());
    background.run(throwError(() => first));
    const observer = { error: (error: unknown) => told.push(error) };
    call$.subscribe(observer);
    call$.subscribe(observer);
    expect(told).toEqual([first, second]);
    expect(() => background.throwFailure()).not.toThrow();
  });

  it('ends a call whose operation is empty', () => {
    let isEnded = false;
    new Background().runPastFirst(EMPTY).subscribe({ complete: () => (isEnded = true) });
    expect(isEnded).toBe(true);
  });
});

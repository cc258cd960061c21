import { describe, it } from '@jest/globals';
import { of } from 'rxjs';

import { withCommandError } from '../../../src/esp8285/executor/commandError';
import { Refusal } from '../../../src/esp8285/executor/answer';
import { Unanswered } from '../../../src/esp8285/executor/unanswered';
import { OSError } from '../../../src/usocket/contract/osError';
import { marbles } from '../../../harness/time/marbles';

const refusal = new Refusal('AT+A', 'ERROR', ['no ip']);
const hinted = refusal.because({ code: 'EADDRINUSE', message: 'this machine has taken that port' });
const odd = refusal.because({ code: 'ENOTACODE', message: 'never heard of' });
const late = new Unanswered('AT+A', 5_000);
const closed = new OSError('EBADF', 'modem', 'the interface is closed');
const bug = new TypeError('not a command at all');

describe('withCommandError', () => {
  it.each([
    ['a refusal an EIO', refusal, new OSError('EIO', 'call', `call: ${refusal.message}`, { cause: refusal })],
    [
      'a refusal the code that a hint has',
      hinted,
      new OSError('EADDRINUSE', 'call', `call: ${hinted.message}`, { cause: hinted }),
    ],
    ['an EIO of a hint without a known code', odd, new OSError('EIO', 'call', `call: ${odd.message}`, { cause: odd })],
    ['silence an ETIMEDOUT', late, new OSError('ETIMEDOUT', 'call', `call: ${late.message}`, { cause: late })],
    ['no other error of an OSError', closed, closed],
    ['no OSError of any other', bug, bug],
  ])('makes %s', (_, cause, error) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operation$ = cold('-a-#', undefined, cause);
      expectObservable(operation$.pipe(withCommandError('call'))).toBe('-a-#', undefined, error);
      expectSubscriptions(operation$.subscriptions).toBe('^--!');
    })();
  });

  it(
    'passes what succeeds, and unsubscribes with its subscriber',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operator = withCommandError<string>('call');
      const done$ = cold('-a-b|');
      const givenUp$ = cold('-a-b|');
      expectObservable(done$.pipe(operator)).toBe('-a-b|');
      expectObservable(givenUp$.pipe(operator), '^-!').toBe('-a-');
      expectObservable(of('a').pipe(operator)).toBe('(a|)');
      expectSubscriptions(done$.subscriptions).toBe('^---!');
      expectSubscriptions(givenUp$.subscriptions).toBe('^-!');
    }),
  );
});

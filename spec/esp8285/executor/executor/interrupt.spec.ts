import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, concatWith } from 'rxjs';

import { OSError } from '../../../../src/usocket/contract/osError';
import { conversation, saying } from '../../../../harness/modems/conversation';
import { marbles } from '../../../../harness/time/marbles';

const answering = [/^AT\+(\w)$/, 5, '+$1\r\n\r\nOK\r\n'] as const;
const restarted = new OSError('ECONNRESET', 'modem', 'the modem has started again');
const values = { a: '+A', b: '+B', c: '+C', d: '+D' };

describe('an interruption', () => {
  it(
    'fails what is under way and what waits, of which nothing is said, and nothing else',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [['AT+A'], answering] });
      expectObservable(executor.run(saying('AT+A'))).toBe('--#       ', values, restarted);
      expectObservable(executor.run(saying('AT+B'))).toBe('--#       ', values, restarted);
      cold('--|').subscribe({ complete: () => executor.interrupt(restarted) });
      const later = '---^';
      expectObservable(executor.run(saying('AT+D')), later).toBe('------ --(d|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+D']);
    }),
  );

  it(
    'also fails what is asked by those who hear of it, because the set-up comes first; what is asked after that is said',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { executor, modem } = conversation(scheduler, { script: [['AT+A'], answering] });
      const again$ = executor.run(saying('AT+A')).pipe(catchError(() => executor.run(saying('AT+B'))));
      expectObservable(again$).toBe('---#', values, restarted);
      cold('---|').subscribe({ complete: () => executor.interrupt(restarted) });
      expectObservable(cold('---|').pipe(concatWith(executor.run(saying('AT+C'))))).toBe('--------(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+A', 'AT+C']);
    }),
  );
});

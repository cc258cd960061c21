import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import { askLinkMode, resynchronise } from '../../../src/esp8285/executor/resynchronise';
import { OSError } from '../../../src/usocket/contract/osError';
import type { Rule } from '../../../src/testing';
import { conversation } from '../../../harness/modems/conversation';
import { code } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const ok = '\r\nOK\r\n';
const query = 'AT+CIPMUX?';
const inStep: Rule = [query, 5, `+CIPMUX:1\r\n${ok}`];
const values = { m: 'multiple' };

describe('the question that puts driver and modem in step', () => {
  it.each<[string, Rule]>([
    ['refused, because the line has damaged it', [query, 5, '\r\nERROR\r\n']],
    ['answered without the mode, because the line has damaged that', [query, 5, `+CI\xd0MUX:1\r\n${ok}`]],
  ])('is asked again soon when it is %s', (_, damaged) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { wire, modem } = conversation(scheduler, { script: [damaged, inStep] });
      // 5, 200 in which its answer may come, a pause of 100, 5, and 200 in which nothing more is owed
      expectObservable(askLinkMode(wire)).toBe('510ms (m|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [query, query]);
    })();
  });

  it('is asked once when the late answers to other commands come before its own', () => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-e 99ms o 99ms e', { e: '\r\nERROR\r\n', o: ok });
      const late: Rule = [query, 350, `+CIPMUX:1\r\n${ok}`];
      const { wire, modem } = conversation(scheduler, { script: [late], unasked$ });
      expectObservable(askLinkMode(wire)).toBe('350ms (m|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [query]);
    })();
  });

  it('does not wait for ever: EIO, with what was answered', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { wire, modem } = conversation(scheduler, { script: [[query, 5, '\r\nERROR\r\n']] });
      const failed$ = resynchronise(wire).pipe(map(() => undefined));
      let failure: unknown;
      expectObservable(failed$.pipe(code())).toBe('2340ms #', {}, 'EIO');
      resynchronise(conversation(scheduler, { script: [[query, '\r\nERROR\r\n']] }).wire).subscribe({
        error: (error: unknown) => (failure = error),
      });
      flush();
      assert.equal(modem.heard.length, 8);
      assert.ok(failure instanceof OSError);
      assert.match(failure.message, /makes no sense .*AT\+CIPMUX\?/);
    })();
  });
});

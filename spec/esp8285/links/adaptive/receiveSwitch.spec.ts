import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { nonos174 } from '../../../../harness/modems/firmware';
import { connected, peer } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

describe('a switch to pushing that is not made, because data wait', () => {
  it(
    'has them read, although their notice was lost',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const pushed = `\r\n+IPD,3,1460:${'x'.repeat(1_460)}`.repeat(6);
      const script: Rule[] = [
        ['AT+CIPRECVMODE=1', '\r\nOK\r\n'],
        ['AT+CIPRECVLEN?', '+CIPRECVLEN:0,0,0,5,0\r\n\r\nOK\r\n'],
        ['AT+CIPRECVDATA=3,5', nonos174.read('hello')],
        [/^AT\+CIPRECVDATA=/, '\r\nERROR\r\n'],
      ];
      const { socket, modem } = connected(scheduler, {
        firmware: nonos174,
        receive: 'adaptive',
        unasked$: cold('--a', { a: pushed }),
        script,
      });
      const reader = socket({ receiveBuffer: 16_384 });
      reader.connect$(peer).subscribe();
      modem.heard.length = 0;
      const reading$ = concat(cold('100ms |'), reader.recv$(8_760), reader.recv$(8_760));
      expectObservable(reading$.pipe(map((bytes) => bytes.length))).toBe('100ms x 249ms (y|)', { x: 8_760, y: 5 });
      flush();
      assert.deepStrictEqual(modem.heard.slice(-2), ['AT+CIPRECVLEN?', 'AT+CIPRECVDATA=3,5']);
    }),
  );
});

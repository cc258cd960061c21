import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { espAt222, nonos174 } from '../../../../harness/modems/firmware';
import { code, connected, peer } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a switch to pulling that the modem seems to refuse, %s', (_, firmware) => {
  const refused = '\r\nERROR\r\n';
  const mode = (passive: 0 | 1) => `+CIPRECVMODE:${passive}\r\n\r\nOK\r\n`;
  const pushed = `\r\n+IPD,3,1460:${'x'.repeat(1_460)}`.repeat(6);

  it.each<[string, readonly Rule[], readonly string[]]>([
    [
      'has been carried out',
      [
        ['AT+CIPRECVMODE=1', refused],
        ['AT+CIPRECVMODE?', mode(1)],
      ],
      ['=1', '?'],
    ],
    [
      'has not been carried out',
      [
        ['AT+CIPRECVMODE=1', refused],
        ['AT+CIPRECVMODE?', mode(0)],
        ['AT+CIPRECVMODE=1', '\r\nOK\r\n'],
      ],
      ['=1', '?', '=1'],
    ],
    [
      'has been carried out, and the question is refused, too',
      [
        ['AT+CIPRECVMODE=1', refused],
        ['AT+CIPRECVMODE?', refused],
        ['AT+CIPRECVMODE=1', '\r\nOK\r\n'],
      ],
      ['=1', '?', '=1'],
    ],
  ])('%s: the modem is asked, and data are pulled', (__, switching, said) => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ...switching,
        ['AT+CIPRECVDATA=3,5', firmware.read('hello')],
        [/^AT\+CIPRECVDATA=/, refused],
      ];
      const { socket, modem } = connected(scheduler, {
        firmware,
        receive: 'adaptive',
        unasked$: cold('--a 40ms b', { a: pushed, b: '\r\n+IPD,3,5\r\n' }),
        script,
      });
      const reader = socket({ receiveBuffer: 16_384 });
      reader.connect$(peer).subscribe();
      modem.heard.length = 0;
      const reading$ = concat(cold('100ms |'), reader.recv$(8_760), reader.recv$(8_760));
      const lengths$ = reading$.pipe(
        map((bytes) => bytes.length),
        code(),
      );
      expectObservable(lengths$).toBe('100ms (xy|)', { x: 8_760, y: 5 });
      flush();
      const modes = modem.heard.filter((line) => line.startsWith('AT+CIPRECVMODE'));
      assert.deepStrictEqual(
        modes.slice(0, said.length),
        said.map((end) => `AT+CIPRECVMODE${end}`),
      );
    })();
  });
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map } from 'rxjs';

import { nonos174 } from '../../../../harness/modems/firmware';
import { connected } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';
import type { Rule } from '../../../../src/testing';

const sent = map(() => 'sent');
const values = { s: 'sent' };
const full = '\r\nBUFFER FULL\r\n\r\nERROR\r\n';
const prompted = (length: number, segment: number): Rule => [
  `AT+CIPSENDBUF=4,${length}`,
  `${segment},0\r\n`,
  nonos174.prompt,
];
const taken = (length: number) => `\r\nRecv ${length} bytes\r\n`;
const ok = (segment: number) => `\r\n4,${segment},SEND OK\r\n`;
const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, at) => 97 + (at % 26)));
const payloadOf = (heard: readonly string[]) => heard.filter((said) => !said.startsWith('AT')).join('');
const commandsOf = (heard: readonly string[]) => heard.filter((said) => said.startsWith('AT'));

describe('a send buffer that is smaller than assumed', () => {
  it(
    'refuses a segment: it is asked for its size, the segment waits for a result, and the next ones are shorter',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        prompted(1_460, 1),
        [/^[^A].{1459}$/, taken(1_460), 20, ok(1)],
        ['AT+CIPSENDBUF=4,1460', full],
        ['AT+CIPBUFSTATUS=4', '2,1,0,588,7\r\n\r\nOK\r\n'],
        ['AT+CIPSENDBUF=4,1460', '2,1\r\n', nonos174.prompt],
        [/^[^A].{1459}$/, taken(1_460), 20, ok(2)],
        prompted(1_024, 3),
        [/^[^A].{1023}$/, taken(1_024), 20, ok(3)],
        prompted(1_976, 4),
        [/^[^A].{1975}$/, taken(1_976), 20, ok(4)],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script });
      expectObservable(link4.sendall$(bytes(5_920)).pipe(sent)).toBe('80ms (s|)', values);
      flush();
      assert.strictEqual(payloadOf(modem.heard), bytes(5_920).toString());
      assert.deepStrictEqual(commandsOf(modem.heard), [
        'AT+CIPSENDBUF=4,1460',
        'AT+CIPSENDBUF=4,1460',
        'AT+CIPBUFSTATUS=4',
        'AT+CIPSENDBUF=4,1460',
        'AT+CIPSENDBUF=4,1024',
        'AT+CIPSENDBUF=4,1976',
      ]);
    }),
  );

  it(
    'and empty, and cannot hold the bytes at all: they go without it, and the next ones fit',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSENDBUF=4,2000', full],
        ['AT+CIPBUFSTATUS=4', '1,0,0,1460,8\r\n\r\nOK\r\n'],
        [/^[^A].{1999}$/, taken(2_000), 5, '\r\nSEND OK\r\n'],
        prompted(730, 1),
        [/^[^A].{729}$/, taken(730), 5, ok(1)],
        prompted(1_270, 2),
        [/^[^A].{1269}$/, taken(1_270), 5, ok(2)],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script });
      const twice$ = concat(link4.sendall$(bytes(2_000)), link4.sendall$(bytes(2_000)));
      expectObservable(twice$.pipe(sent), '^ 100s !').toBe('-----s 9ms (s|)', values);
      flush();
      assert.deepStrictEqual(commandsOf(modem.heard), [
        'AT+CIPSENDBUF=4,2000',
        'AT+CIPBUFSTATUS=4',
        'AT+CIPSEND=4,2000',
        'AT+CIPSENDBUF=4,730',
        'AT+CIPSENDBUF=4,1270',
      ]);
      const payload = bytes(2_000).toString();
      assert.strictEqual(payloadOf(modem.heard), payload + payload);
    }),
  );
});

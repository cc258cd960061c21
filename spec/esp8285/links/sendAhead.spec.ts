import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map, timer } from 'rxjs';

import { type Firmware, nonos15, nonos174, espAt222 } from '../../../harness/modems/firmware';
import { code, peer, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import type { Rule } from '../../../src/testing';

const values = { n: 5, s: 'sent' };
const sent = map(() => 'sent');
const prompted = (number: number): Rule => [/^AT\+CIPSENDBUF=4,\d+$/, `${number},0\r\n`, nonos174.prompt];
const taken = '\r\nRecv 5 bytes\r\n';

/** A socket that sends ahead, connected at time 0 as link 4. */
function ahead(scheduler: Parameters<typeof stage>[0], firmware: Firmware, script: Rule[]) {
  const { socket, modem } = stage(scheduler, { firmware, script, receive: 'pushed' });
  const link4 = socket({ sendAhead: true });
  link4.connect$(peer).subscribe();
  modem.heard.length = 0;
  return { link4, modem };
}

describe.each([
  ['1.5', nonos15],
  ['1.7.4', nonos174],
])('a socket that sends ahead, AT %s', (_, firmware) => {
  it(
    'send ends when the modem has taken the bytes; sendall when they are acknowledged, with all before them',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = ahead(scheduler, firmware, [
        prompted(1),
        ['hello', taken, 9, '4,1,SEND OK\r\n'],
        prompted(2),
        ['world', taken, 12, '4,2,SEND OK\r\n'],
      ]);
      expectObservable(link4.send$('hello')).toBe('        (n|)', values);
      expectObservable(link4.sendall$('world').pipe(sent)).toBe('------------(s|)', values);
    }),
  );

  it(
    'close waits until the bytes are acknowledged',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = ahead(scheduler, firmware, [
        prompted(1),
        ['hello', taken, 9, '4,1,SEND OK\r\n'],
        ['AT+CIPCLOSE=4', '4,CLOSED\r\n\r\nOK\r\n'],
      ]);
      expectObservable(concat(link4.send$('hello'), link4.close$().pipe(sent))).toBe('n--------(s|)', values);
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 5);
      assert.deepStrictEqual(modem.heard, ['AT+CIPSENDBUF=4,5', 'hello', 'AT+CIPCLOSE=4']);
    }),
  );

  it(
    'the next call reports that the bytes have not arrived, once',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = ahead(scheduler, firmware, [prompted(1), ['hello', taken, 9, '4,1,SEND FAIL\r\n']]);
      const next = () => link4.send$('again').pipe(code());
      expectObservable(concat(link4.send$('hello'), timer(2_000, scheduler).pipe(map(() => 's')), next())).toBe(
        'n 1999ms (s#)',
        { n: 5, s: 's' },
        'EIO',
      );
    }),
  );

  it(
    'a send whose link ends before the modem says that it has taken the bytes fails itself',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = ahead(scheduler, firmware, [prompted(1), ['hello', 3, '4,CLOSED\r\n']]);
      expectObservable(link4.send$('hello').pipe(code())).toBe('2500ms #', values, 'ECONNRESET');
    }),
  );
});

describe('a socket that sends ahead, ESP-AT 2.2.2', () => {
  it(
    'send ends when the bytes are acknowledged, because that is when the modem can take more',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = ahead(scheduler, espAt222, [['hello', taken, 9, '\r\nSEND OK\r\n']]);
      expectObservable(link4.send$('hello')).toBe('---------(n|)', values);
    }),
  );
});

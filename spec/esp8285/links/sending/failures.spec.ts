import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map } from 'rxjs';

import { nonos174 } from '../../../../harness/modems/firmware';
import { code, connected } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';
import type { Rule } from '../../../../src/testing';
import { fourUnderWay, prompted, result, saidOnce, words } from '../../support/segmentsUnderWay';

const sent = map(() => 'sent');
const values = { s: 'sent' };

describe('SEND FAIL of the second of four segments', () => {
  it(
    'is EIO at the next call; one segment is acknowledged, and no byte is sent again',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const results = [3, result(1, 'OK'), 2, result(2, 'FAIL'), 2, result(3, 'FAIL'), 2, result(4, 'FAIL')];
      const { link4, modem, sends$ } = fourUnderWay(scheduler, results);
      expectObservable(sends$).toBe('(abcd|)', { a: 5, b: 5, c: 5, d: 5 });
      const later = (time: string) =>
        concat(cold(`${time} |`).pipe(ignoreElements()), link4.send$('again').pipe(code()));
      expectObservable(later('1510ms')).toBe('1510ms #', undefined, 'EIO');
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 5);
      assert.deepStrictEqual(modem.heard, saidOnce);
    }),
  );

  it(
    'is none if a later segment is acknowledged after all, because TCP delivers in order',
    marbles(({ expectObservable, flush }, scheduler) => {
      const results = [3, result(1, 'OK'), 2, result(2, 'FAIL'), 900, result(4, 'OK')];
      const { link4, modem, sends$ } = fourUnderWay(scheduler, results);
      const closed$ = concat(sends$.pipe(ignoreElements()), link4.close$().pipe(sent));
      expectObservable(closed$).toBe('905ms (s|)', values);
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 20);
      assert.deepStrictEqual(modem.heard, [...saidOnce, 'AT+CIPCLOSE=4']);
    }),
  );

  it(
    'is none for the later ones, either, that are still under way by then',
    marbles(({ expectObservable, flush }, scheduler) => {
      const results = [3, result(1, 'OK'), 2, result(2, 'FAIL'), 2, result(3, 'OK'), 2_000, result(4, 'OK')];
      const { link4, sends$ } = fourUnderWay(scheduler, results);
      const closed$ = concat(sends$.pipe(ignoreElements()), link4.close$().pipe(sent));
      expectObservable(closed$).toBe('2007ms (s|)', values);
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 20);
    }),
  );

  it(
    'fails the call that has all four with EIO, and what was not handed over stays unsent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const bytes = Buffer.concat(words.map((_, at) => Buffer.alloc(1_460, 97 + at)));
      const all = '\r\nRecv 1460 bytes\r\n';
      const script: Rule[] = [
        prompted(1),
        [/^a+$/, all, 10, result(1, 'OK')],
        prompted(2),
        [/^b+$/, all, 20, result(2, 'FAIL')],
        ['AT+CIPBUFSTATUS=4', '3,2,0,0,6\r\n\r\nOK\r\n'],
        prompted(3),
        [/^c+$/, all],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script, receive: 'pushed' });
      expectObservable(link4.sendall$(bytes).pipe(code())).toBe('1520ms #', undefined, 'EIO');
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 1_460);
      const payload = modem.heard.filter((said) => !said.startsWith('AT')).join('');
      assert.strictEqual(payload, bytes.subarray(0, 3 * 1_460).toString());
    }),
  );
});

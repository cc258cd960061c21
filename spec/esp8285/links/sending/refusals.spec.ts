import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, map } from 'rxjs';

import { nonos174 } from '../../../../harness/modems/firmware';
import { connected, peer } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';
import type { Rule } from '../../../../src/testing';

const sent = map(() => 'sent');
const values = { s: 'sent', t: 'sent', u: 'sent', v: 'sent' };
const refused = '\r\nERROR\r\n';
const buffered = (link: number, number: number, word: string): Rule[] => [
  [`AT+CIPSENDBUF=${link},5`, `${number},0\r\n`, nonos174.prompt],
  [word, `\r\nRecv 5 bytes\r\n\r\n${link},${number},SEND OK\r\n`],
];
const waited = (word: string): Rule => [word, '\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n'];

describe('a send buffer that is refused', () => {
  it(
    'twice, and has never worked, is used for no link of the modem any more',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = ['one..', 'two..', 'three', 'four.'].map(waited);
      const { link4, socket, modem } = connected(scheduler, { firmware: nonos174, script });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      modem.heard.length = 0;
      const sends = [
        link4.sendall$('one..'),
        link4.sendall$('two..'),
        link4.sendall$('three'),
        link3.sendall$('four.'),
      ];
      expectObservable(concat(...sends).pipe(sent)).toBe('(stuv|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [
        ...['AT+CIPSENDBUF=4,5', 'AT+CIPSEND=4,5', 'one..'],
        ...['AT+CIPSENDBUF=4,5', 'AT+CIPSEND=4,5', 'two..'],
        ...['AT+CIPSEND=4,5', 'three'],
        ...['AT+CIPSEND=3,5', 'four.'],
      ]);
      assert.deepStrictEqual([link4.bytesAcknowledged, link3.bytesAcknowledged], [15, 5]);
    }),
  );

  it(
    'twice for one link, and works for another, is still used for the other',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [
        ...buffered(4, 1, 'one..'),
        ...buffered(4, 2, 'five.'),
        ...['two..', 'three', 'four.'].map(waited),
      ];
      const { link4, socket, modem } = connected(scheduler, { firmware: nonos174, script });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      modem.heard.length = 0;
      const before$ = concat(link4.sendall$('one..'), link3.sendall$('two..'), link3.sendall$('three'));
      const after$ = concat(link3.sendall$('four.'), link4.sendall$('five.'));
      expectObservable(concat(before$, after$).pipe(sent)).toBe('(stuvw|)', { ...values, w: 'sent' });
      flush();
      assert.deepStrictEqual(modem.heard, [
        ...['AT+CIPSENDBUF=4,5', 'one..'],
        ...['AT+CIPSENDBUF=3,5', 'AT+CIPSEND=3,5', 'two..'],
        ...['AT+CIPSENDBUF=3,5', 'AT+CIPSEND=3,5', 'three'],
        ...['AT+CIPSEND=3,5', 'four.'],
        ...['AT+CIPSENDBUF=4,5', 'five.'],
      ]);
    }),
  );

  it(
    'now and then, because the line has damaged the command, is used again',
    marbles(({ expectObservable, flush }, scheduler) => {
      const once: Rule = ['AT+CIPSENDBUF=4,5', refused];
      const script: Rule[] = [
        ...[once, waited('one..'), ...buffered(4, 1, 'two..')],
        ...[once, waited('three'), ...buffered(4, 2, 'four.')],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script });
      const sends = ['one..', 'two..', 'three', 'four.'].map((word) => link4.sendall$(word));
      expectObservable(concat(...sends).pipe(sent)).toBe('(stuv|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [
        ...['AT+CIPSENDBUF=4,5', 'AT+CIPSEND=4,5', 'one..'],
        ...['AT+CIPSENDBUF=4,5', 'two..'],
        ...['AT+CIPSENDBUF=4,5', 'AT+CIPSEND=4,5', 'three'],
        ...['AT+CIPSENDBUF=4,5', 'four.'],
      ]);
    }),
  );

  it(
    'while a segment is under way: the send waits for its result, because the other way has results without a number',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSENDBUF=4,5', '1,0\r\n', nonos174.prompt],
        ['one..', '\r\nRecv 5 bytes\r\n', 9, '\r\n4,1,SEND OK\r\n'],
        ['AT+CIPSENDBUF=4,5', refused],
        ['two..', '\r\nRecv 5 bytes\r\n', 5, '\r\nSEND OK\r\n'],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script });
      expectObservable(link4.sendall$('one..').pipe(sent)).toBe('---------(s|)', values);
      expectObservable(link4.sendall$('two..').pipe(sent)).toBe('--------------(s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [
        ...['AT+CIPSENDBUF=4,5', 'one..'],
        ...['AT+CIPSENDBUF=4,5', 'AT+CIPSEND=4,5', 'two..'],
      ]);
    }),
  );
});

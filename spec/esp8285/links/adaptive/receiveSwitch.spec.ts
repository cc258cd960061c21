import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map, merge } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { DatagramSocket } from '../../../../src/usocket';
import { espAt222, nonos174 } from '../../../../harness/modems/firmware';
import { connected, peer, text } from '../../../../harness/modems/stage';
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

describe('a port for datagrams that makes the modem push', () => {
  it(
    'keeps the order of a link whose peer ends it meanwhile, because ESP-AT says CLOSED after all data',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const waiting = (length: number) => `+CIPRECVLEN:-1,-1,-1,-1,${length}\r\n\r\nOK\r\n`;
      const script: Rule[] = [
        ['AT+CIPRECVLEN?', 1, '\r\n+IPD,4,5\r\n', waiting(5)],
        ['AT+CIPRECVMODE=0', 1, '\r\n+IPD,4,5:hello', '4,CLOSED\r\n', '\r\nOK\r\n'],
        ['AT+CIPRECVLEN?', 1, waiting(-1)],
        [/^AT\+CIPRECVDATA=/, '\r\nERROR\r\n'],
      ];
      const { nic, link4, modem } = connected(scheduler, { firmware: espAt222, script });
      const port = new DatagramSocket(nic, { scheduler });
      const opened$ = concat(cold('-|'), port.bind$(['0.0.0.0', 5_000])).pipe(ignoreElements());
      expectObservable(merge(link4.data$.pipe(text()), opened$)).toBe('----(a|)', { a: 'hello' });
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT+CIPRECVLEN?', 'AT+CIPRECVMODE=0', 'AT+CIPRECVLEN?']);
    }),
  );

  it(
    'is opened within a second if the end of a link is lost, of which ESP-AT says no length any more',
    marbles(({ expectObservable }, scheduler) => {
      const waiting = (length: number) => `+CIPRECVLEN:-1,-1,-1,-1,${length}\r\n\r\nOK\r\n`;
      const script: Rule[] = [
        ['AT+CIPRECVLEN?', waiting(5)],
        ['AT+CIPRECVMODE=0', '\r\nOK\r\n'],
        ['AT+CIPRECVLEN?', waiting(-1)],
        [/^AT\+CIPRECVDATA=/, '\r\nERROR\r\n'],
      ];
      const { nic } = connected(scheduler, { firmware: espAt222, script });
      const port = new DatagramSocket(nic, { scheduler });
      expectObservable(port.bind$(['0.0.0.0', 5_000]).pipe(ignoreElements())).toBe('950ms |');
    }),
  );
});

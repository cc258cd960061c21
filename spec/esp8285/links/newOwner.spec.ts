import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, ignoreElements } from 'rxjs';

import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { boundTo, code, connected, listening, peer, stage, text } from '../../../harness/modems/stage';
import type { Rule } from '../../../src/testing';
import { DatagramSocket } from '../../../src/usocket';
import { marbles } from '../../../harness/time/marbles';

const [ok, refused] = ['\r\nOK\r\n', '\r\nERROR\r\n'];
const statusOf = (id: number) => `STATUS:3\r\n+CIPSTATUS:${id},"TCP","192.168.1.3",50001,80,1\r\n${ok}`;
const serving: Rule = [/^AT\+CIP(?:SERVER=1|STO|SSLSIZE)/, ok];
/** The first question is the set-up's own. */
const nothingOpen: Rule = ['AT+CIPSTATUS', `STATUS:2\r\n${ok}`];
const nothingWaits: Rule = [/^AT\+CIPRECVDATA/, 1, refused];

const ignore = { error: () => undefined };

describe('a number that has a new owner', () => {
  it(
    'gives it nothing that was read for the owner before',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,6\r\n4,CLOSED\r\n' });
      const script: Rule[] = [['AT+CIPRECVDATA=4,6', 10, nonos174.read('secret')], nothingWaits];
      const { link4, socket } = connected(scheduler, { firmware: nonos174, unasked$, script });
      for (let others = 0; others < 4; others++) socket().connect$(peer).subscribe();
      const next = socket();
      const reads$ = concat(cold('-----|'), link4.close$(), next.connect$(peer)).pipe(ignoreElements());
      expectObservable(concat(reads$, next.recv$(99)).pipe(text()), '^ 100ms !').toBe('-');
    }),
  );

  it(
    'gives a datagram port nothing that was read for the connection before',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,6\r\n4,CLOSED\r\n' });
      const script: Rule[] = [['AT+CIPRECVDATA=4,6', 10, nonos174.read('secret')], nothingWaits];
      const { link4, socket, nic } = connected(scheduler, { firmware: nonos174, unasked$, script });
      for (let others = 0; others < 4; others++) socket().connect$(peer).subscribe();
      const port = new DatagramSocket(nic, { scheduler });
      const bound$ = concat(cold('-----|'), link4.close$(), port.bind$(['0.0.0.0', 4000])).pipe(ignoreElements());
      expectObservable(concat(bound$, port.recv$(99)).pipe(text(), code()), '^ 100ms !').toBe('-');
    }),
  );

  it.each([
    ['AT 1.5', nonos15],
    ['AT 1.7.4', nonos174],
    ['ESP-AT 2.2.2', espAt222],
  ])('is a client, where the end of the connection before was lost: that one fails, %s', (_, firmware) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const isPushed = firmware === nonos15;
      const unasked$ = cold('--ab', { a: '4,CONNECT\r\n', b: `\r\n+IPD,4,3${isPushed ? ':abc' : '\r\n'}` });
      const reads: Rule[] = [['AT+CIPRECVDATA=4,3', firmware.read('abc')], nothingWaits];
      const script: Rule[] = [serving, nothingOpen, ['AT+CIPSTATUS', statusOf(4)], ...reads];
      const parts = connected(scheduler, { firmware, unasked$, script });
      const said$ = listening(parts)
        .accept$()
        .pipe(concatMap(([client]) => client.recv$(9)));
      expectObservable(parts.link4.recv$(99).pipe(text(), code()), '^ 1s !').toBe('--#', undefined, 'ECONNRESET');
      expectObservable(said$.pipe(text()), '^ 1s !').toBe('---(a|)', { a: 'abc' });
    })();
  });

  it(
    'is a client, where an encrypted connection was to have it: that one is read like any other',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-----a', { a: '\r\n+IPD,4,3\r\n' });
      const taken = `4,CONNECT\r\nALREADY CONNECTED\r\n${refused}`;
      const script: Rule[] = [
        ...[serving, nothingOpen, ['AT+CIPSTATUS', statusOf(4)] as const],
        ['AT+CIPSTART=4,"SSL","192.168.1.9",80', 1, taken],
        ...[['AT+CIPRECVDATA=4,3', nonos174.read('abc')] as const, nothingWaits],
      ];
      const parts = stage(scheduler, { firmware: nonos174, unasked$, script });
      const said$ = listening(parts)
        .accept$()
        .pipe(concatMap(([client]) => client.recv$(9)));
      parts
        .socket()
        .connect$(peer, { tls: { verify: false } })
        .subscribe(ignore);
      expectObservable(said$.pipe(text(), code())).toBe('-----(a|)', { a: 'abc' });
    }),
  );

  it(
    'is not closed for a datagram port that waits to be closed',
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('---ab', { a: '3,CLOSED\r\n', b: '3,CONNECT\r\n' });
      const slow: Rule = ['hello', '\r\nRecv 5 bytes\r\n', 9, '\r\nSEND OK\r\n'];
      const script: Rule[] = [serving, nothingOpen, ['AT+CIPSTATUS', statusOf(3)], slow];
      const parts = connected(scheduler, { firmware: nonos174, unasked$, script });
      const accepted: string[] = [];
      listening(parts)
        .accept$()
        .subscribe(([, address]) => accepted.push(String(address)));
      const port = new DatagramSocket(parts.nic, { scheduler });
      port.bind$(['0.0.0.0', 4000]).subscribe();
      parts.link4.sendall$('hello').subscribe();
      concat(cold('-|'), port.close$()).subscribe();
      flush();
      assert.deepStrictEqual(accepted, ['192.168.1.3,50001']);
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=3'));
    }),
  );

  it(
    'is not closed for a start that was refused for it',
    marbles(({ flush }, scheduler) => {
      const taken = `ALREADY CONNECTED\r\n${refused}4,CLOSED\r\n4,CONNECT\r\n`;
      const start: Rule = ['AT+CIPSTART=4,"TCP","192.168.1.9",80', 1, taken];
      const script: Rule[] = [serving, nothingOpen, ['AT+CIPSTATUS', statusOf(4)], start, [/^AT\+PING/, 5, ok]];
      const parts = stage(scheduler, { firmware: nonos174, script });
      listening(parts).accept$().subscribe();
      parts.socket().connect$(peer).subscribe(ignore);
      parts.nic.ping$('1.1.1.1').subscribe(ignore);
      flush();
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=4'), parts.modem.heard.join('\n'));
    }),
  );

  it(
    'is no client that has come and gone inside an answer',
    marbles(({ cold, flush }, scheduler) => {
      const ended = `STATUS:3\r\n+CIPSTATUS:4,"UDP","0.0.0.0",4000,4000,0\r\n4,CLOSED\r\n${ok}`;
      const waiting: Rule = ['AT+CIPRECVLEN?', `+CIPRECVLEN:0,0,0,0,0\r\n${ok}`];
      const script: Rule[] = [serving, waiting, nothingOpen, ['AT+CIPSTATUS', 1, ended], nothingOpen];
      const parts = stage(scheduler, { firmware: nonos174, script, longestQuiet: 2000 });
      boundTo(4000, parts, scheduler).subscribe();
      const accepted: string[] = [];
      listening(parts)
        .accept$()
        .subscribe({ next: ([, address]) => accepted.push(String(address)), ...ignore });
      concat(cold('5s |'), parts.nic.close$()).subscribe();
      flush();
      assert.deepStrictEqual(accepted, []);
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { ignoreElements, map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { marbles } from '../../../harness/time/marbles';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer, stage, start4, text, unstarted } from '../../../harness/modems/stage';

const lines = [
  'wifi:bcn_timout,ap_probe_send_start',
  'LmacRxBlk:1',
  '[Vendor] link 3 is fine',
  '\x1b[0;31mE (8030) event: system_event_sta_disconnected\x1b[0m',
  '+VENDOR:1,"x"',
];

describe.each(lines)('the line %j, which stands in no list', (line) => {
  const news = `${line}\r\n`;

  it(
    'between blocks, behind one and glued to one: nobody loses data where they are pushed, and the trace shows it',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a-b-c-d', {
        a: `\r\n+IPD,4,3:abc${news}\r\n+IPD,3,2:hi`,
        b: news,
        c: `\r\n+IPD,4,3:def${news}4,CLOSED\r\n`,
        d: `${news}\r\n+IPD,3,1:!3,CLOSED\r\n`,
      });
      const { link4, nic, modem, socket } = connected(scheduler, { firmware: nonos15, unasked$ });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      modem.heard.length = 0;
      const shown: string[] = [];
      nic.trace$.subscribe(({ kind, text: said }) => {
        if (kind === 'unknown') shown.push(said);
      });
      expectObservable(link4.read$().pipe(text(), code())).toBe('-----(a|)', { a: 'abcdef' });
      expectObservable(link3.read$().pipe(text(), code())).toBe('-------(a|)', { a: 'hi!' });
      flush();
      assert.deepStrictEqual(modem.heard, []);
      assert.strictEqual(shown.length, 4);
    }),
  );

  it.each([
    ['AT 1.7.4', nonos174],
    ['ESP-AT 2.2.2', espAt222],
  ])('in front of asked-for data, behind them, and around their OK: they are read, %s', (_, firmware) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const read = news + firmware.read('hello').replace(/hello/, `hello${news}`) + news;
      const { link4 } = connected(scheduler, {
        firmware,
        script: [['AT+CIPRECVDATA=4,5', read]],
        unasked$: cold('-a', { a: `${news}\r\n+IPD,4,5\r\n${news}` }),
      });
      expectObservable(link4.recv$(9).pipe(text(), code())).toBe('-(a|)', { a: 'hello' });
    })();
  });

  it.each([
    ['AT 1.5', nonos15],
    ['ESP-AT 2.2.2', espAt222],
  ])('in each answer of the set-up, of a connect, a send and a scan: all work, %s', (_, firmware) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const rules = firmware.rules.map(([heard, said = '']): Rule => {
        assert.ok(typeof said === 'string');
        return [heard, news + said.replace(/\r\nOK\r\n/, `${news}\r\nOK\r\n`)];
      });
      const network = '+CWLAP:(3,"my-ssid",-40,"02:00:00:00:00:01",6)\r\n';
      const script: Rule[] = [
        ['AT+CWLAP', `${network}${news}${network}${news}\r\nOK\r\n`],
        ['hello', `${news}\r\nRecv 5 bytes\r\n${news}\r\nSEND OK\r\n${news}`],
      ];
      const { nic, socket } = unstarted(scheduler, { firmware: { ...firmware, rules }, script });
      nic.start$().subscribe();
      expectObservable(nic.scan$().pipe(map(({ length }) => String(length)))).toBe('(a|)', { a: '2' });
      const link4 = socket();
      expectObservable(link4.connect$(peer).pipe(ignoreElements(), code())).toBe('|');
      expectObservable(link4.sendall$('hello').pipe(ignoreElements(), code())).toBe('|');
      flush();
    })();
  });

  it(
    'in the answer about what is open: a connection that is there is not taken for one that has ended',
    marbles(({ expectObservable }, scheduler) => {
      const status = `STATUS:3\r\n${news}+CIPSTATUS:4,"TCP","192.168.1.9",80,51234,0\r\n${news}\r\nOK\r\n`;
      const { link4 } = connected(scheduler, {
        firmware: nonos15,
        longestQuiet: 10_000,
        script: [['AT+CIPSTATUS', status]],
      });
      scheduler.maxFrames = 30_000;
      expectObservable(link4.recv$(5).pipe(text(), code())).toBe('');
    }),
  );

  it(
    'is damage where the program wants that: EIO for who may have lost data',
    marbles(({ cold, expectObservable }, scheduler) => {
      const { link4 } = connected(scheduler, {
        firmware: nonos15,
        unknownLines: 'damage',
        unasked$: cold('-a', { a: `\r\n+IPD,4,3:abc\r\n${news}` }),
      });
      const known = line.startsWith('+MQTT');
      expectObservable(link4.data$.pipe(text(), code())).toBe(known ? '-a' : '-# ', { a: 'abc' }, 'EIO');
    }),
  );
});

describe('a line that may be of a start', () => {
  it.each(['[Vendor] system ready', 'wifi ready', 'already'])('%j: the modem is asked, and goes on', (line) => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a-b', { a: `\r\n+IPD,4,3:abc\r\n${line}\r\n`, b: '\r\n+IPD,4,3:def' });
      const { link4, nic, modem } = connected(scheduler, { firmware: nonos15, unasked$ });
      expectObservable(link4.read$(6).pipe(text(), code())).toBe('---(a|)', { a: 'abcdef' });
      expectObservable(nic.status$.pipe(map((status) => status.modem))).toBe('u', { u: 'up' });
      flush();
      assert.strictEqual(modem.heard[0], 'AT+CIPMUX?');
    })();
  });

  it(
    'where it was one: ECONNRESET for all, and the modem is set up again',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '[Vendor] system ready\r\n' });
      const script: Rule[] = [
        ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
        ['AT+CIPMUX?', '+CIPMUX:0\r\n\r\nOK\r\n'],
        ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
      ];
      const { link4, nic } = connected(scheduler, { firmware: nonos15, unasked$, script });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'ECONNRESET');
      expectObservable(nic.status$.pipe(map((status) => status.modem))).toBe('u(su)', { u: 'up', s: 'starting' });
    }),
  );

  it.each(['\r\nSND OK\r\n', '3,CLOSD\r\n', '\r\n+IPD,4,2:{}\r\nSND OK\r\n', '\r\n+IPD,4,2:{}3,CLOSD\r\n'])(
    '%j: a message that lacks a byte is asked about, and costs nobody a connection',
    (said) => {
      marbles(({ cold, expectObservable }, scheduler) => {
        const unasked$ = cold('-a-b', { a: said, b: '\r\n+IPD,4,3:abc' });
        const { link4 } = connected(scheduler, { firmware: nonos15, unasked$ });
        const received = said.includes('{}') ? '{}abc' : 'abc';
        expectObservable(link4.read$(received.length).pipe(text(), code())).toBe('---(a|)', { a: received });
      })();
    },
  );

  it(
    'in a refusal it is the reason that is shown, and does not stand in the way of asking',
    marbles(({ flush }, scheduler) => {
      const { socket } = stage(scheduler, {
        firmware: nonos15,
        script: [[start4, '[Vendor] peer says no\r\n\r\nERROR\r\n']],
      });
      let message = '';
      socket()
        .connect$(peer)
        .subscribe({ error: (error: unknown) => (message = String(error)) });
      flush();
      assert.match(message, /ECONNREFUSED|refused|says no/);
    }),
  );
});

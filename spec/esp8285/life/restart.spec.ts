import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, concat, ignoreElements, interval, map, take } from 'rxjs';

import type { Status } from '../../../src/esp8285';
import type { Rule } from '../../../src/testing';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer, stage, start3, start4, text, unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

/** What a host at 115200 baud makes of the boot ROM's 74880. */
const noise = '\x00\xe4\x8c\xf2\x1e|\x00\x92b\x9c>\xf3\n\xfe+\x00\xc6\xe0\x1c\n';
const ready = '\r\nready\r\n';
const inStep: Rule = ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'];
const reset: Rule = ['AT+CIPMUX?', 'AT+CIPMUX?\r\r\n+CIPMUX:0\r\n\r\nOK\r\n'];
const states = map(({ modem, wifi }: Status) => `${modem} ${wifi}`);
const values = { c: 'connected', s: 'starting down', d: 'up down', j: 'up joining', u: 'up up' };
const connectedNow = map(() => 'connected');

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a restart, %s', (_, firmware) => {
  const joining = new RegExp(firmware === nonos174 ? 'AT\\+CWJAP_CUR="net","key"' : 'AT\\+CWJAP="net","key"');
  const joined: Rule = [joining, '\r\nOK\r\n'];
  const offline: Rule = ['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n'];

  it.each([
    ['S7 between commands', ''],
    ['S7 glued to noise', noise.slice(0, -1)],
  ])('%s: ECONNRESET behind what has come whole, and the next connection works', (__, before) => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a-b', { a: '\r\n+IPD,4,5:hello', b: before + ready });
      const { link4, modem, socket } = connected(scheduler, { firmware, receive: 'pushed', unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-a-#', { a: 'hello' }, 'ECONNRESET');
      const next$ = link4.read$(9).pipe(
        ignoreElements(),
        catchError(() => socket().connect$(peer)),
      );
      expectObservable(next$.pipe(connectedNow)).toBe('---(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT', 'ATE0', 'AT+CIPMUX?']);
      // All five numbers are free again, and those of old connections rest.
      assert.strictEqual(modem.heard.at(-1), start3);
    })();
  });

  it(
    'S59 between prompt and SEND OK: ECONNRESET at once',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSENDBUF=4,5', '1,0\r\n', nonos174.prompt],
        ['hello', '\r\nRecv 5 bytes\r\n', 7, noise, 3, ready],
      ];
      const command = firmware === nonos174 ? 'AT+CIPSENDBUF=4,5' : 'AT+CIPSEND=4,5';
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('10ms #', values, 'ECONNRESET');
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 4), [command, 'hello', 'AT', 'ATE0']);
    }),
  );

  it(
    'under a passive read: ECONNRESET',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a--b', { a: '\r\n+IPD,4,5\r\n', b: ready });
      const { link4 } = connected(scheduler, { firmware, script: [[/^AT\+CIPRECVDATA/]], unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('----#', values, 'ECONNRESET');
    }),
  );

  it(
    'instead of an answer to a start: ECONNRESET',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = stage(scheduler, { firmware, script: [[start4, 5, noise, 5, ready]] });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('10ms #', values, 'ECONNRESET');
    }),
  );

  it(
    'is followed by a set-up and by joining the network again, and status$ tells',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        offline,
        joined,
        [joining, 10, 'WIFI CONNECTED\r\n', 10, 'WIFI GOT IP\r\n', 1, '\r\nOK\r\n'],
      ];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('--b', { b: ready }) });
      nic.connect$('net', 'key').subscribe();
      expectObservable(nic.status$.pipe(states)).toBe('u-(sd) 6ms j 9ms u', values);
      flush();
      assert.ok(modem.heard.some((line) => joining.test(line)));
    }),
  );

  it(
    'tells of a network that is lost while settings are restored',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [
        [/^AT\+CWHOSTNAME=/, '\r\nOK\r\n'],
        [/^AT\+CWHOSTNAME=/, 5, '\r\nOK\r\n'],
      ];
      const unasked$ = cold('--r-l', { r: ready, l: 'WIFI DISCONNECT\r\n' });
      const { nic } = stage(scheduler, { firmware, script, unasked$ });
      nic.hostname$('board').subscribe();
      expectObservable(nic.status$.pipe(states)).toBe('u-s----d', values);
    }),
  );

  it(
    'joins again after a growing pause while that fails, and gives up at last',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [offline, joined, [joining, 10, '+CWJAP:3\r\n\r\nFAIL\r\n']];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('--b', { b: ready }) });
      nic.connect$('net', 'key').subscribe();
      modem.heard.length = 0;
      expectObservable(nic.status$.pipe(states)).toBe('u-(sd)', values);
      flush();
      assert.strictEqual(modem.heard.filter((line) => joining.test(line)).length, 6);
      assert.strictEqual(scheduler.now(), 2 + 6 * 10 + 1000 + 2000 + 4000 + 8000 + 16_000);
    }),
  );

  it(
    'does not join a network that was left',
    marbles(({ cold, flush }, scheduler) => {
      const script: Rule[] = [offline, joined];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('--b', { b: ready }) });
      concat(nic.connect$('net', 'key'), nic.disconnect$()).subscribe();
      modem.heard.length = 0;
      flush();
      assert.ok(!modem.heard.some((line) => joining.test(line)));
    }),
  );

  it(
    'S8 whose ready drowns in noise is noticed by asking: ECONNRESET for a reader',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--b', { b: noise });
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script: [inStep, reset, inStep] });
      expectObservable(link4.recv$(5).pipe(code())).toBe('3002ms #', values, 'ECONNRESET');
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT+CIPMUX?', 'AT', 'ATE0']);
    }),
  );

  it(
    'S8 is not assumed after noise alone, which harms no link whose data wait in the modem',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--b 5s a', { a: '\r\n+IPD,4,5\r\n', b: noise });
      const has4 = 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,51234,0\r\n\r\nOK\r\n';
      const script: Rule[] = [
        ['AT+CIPSTATUS', 'STATUS:2\r\n\r\nOK\r\n'],
        ['AT+CIPSTATUS', has4],
        ['AT+CIPRECVLEN?', '+CIPRECVLEN:0,0,0,0,0\r\n\r\nOK\r\n'],
        ['AT+CIPRECVDATA=4,5', firmware.read('hello')],
      ];
      const { link4 } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('--- 5s a', { a: 'hello' });
    }),
  );

  it(
    'S8 is not assumed after noise alone, which may be the rest of pushed data',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--b--a', { a: '\r\n+IPD,4,5:hello', b: noise });
      const { link4, modem } = connected(scheduler, { firmware, receive: 'pushed', unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('--- 2999ms #', { a: 'hello' }, 'EIO');
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPMUX?']);
    }),
  );

  it(
    'S8 without a message is noticed by the echo of the next command: ECONNRESET, not ECONNREFUSED',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [inStep, [start3, `${start3}\r\r\n`, 4, '\r\nERROR\r\n'], reset, inStep];
      const { link4, modem, socket } = connected(scheduler, { firmware, script });
      expectObservable(link4.recv$(5).pipe(code())).toBe('----#', values, 'ECONNRESET');
      expectObservable(socket().connect$(peer).pipe(code())).toBe('----#', values, 'ECONNRESET');
      flush();
      assert.ok(modem.heard.includes('ATE0'));
    }),
  );

  it(
    'that comes twice is one loss, and one set-up in the end',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [['AT', '\r\nOK\r\n'], ['AT'], ['AT', 3, '\r\nOK\r\n']];
      const unasked$ = cold('--a-b', { a: 'wdt reset\r\n', b: ready });
      const { link4, nic } = connected(scheduler, { firmware, script, unasked$ });
      expectObservable(link4.recv$(5).pipe(code())).toBe('--#', values, 'ECONNRESET');
      expectObservable(nic.status$.pipe(states)).toBe('u-s----u', values);
    }),
  );

  it(
    'of a modem that then stays silent fails everything: EIO',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT', '\r\nOK\r\n'], [/AT$/], [/^$/]];
      const { nic, socket } = stage(scheduler, { firmware, script, unasked$: cold('--a', { a: ready }) });
      const late$ = concat(cold('---|').pipe(ignoreElements()), socket().connect$(peer));
      expectObservable(late$.pipe(code())).toBe('17512ms #', values, 'EIO');
      expectObservable(nic.status$.pipe(map(({ modem }) => modem))).toBe('u-s 17509ms d', {
        u: 'up',
        s: 'starting',
        d: 'down',
      });
      flush();
    }),
  );

  it(
    'of a modem that was down brings it up',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT', '\r\nOK\r\n'],
        ...Array.from({ length: 9 }, (): Rule => ['AT']),
        ['+++AT'],
        [/^$/],
        ['AT', '\r\nOK\r\n'],
      ];
      const unasked$ = cold('--a 20s a', { a: ready });
      const { nic, socket } = stage(scheduler, { firmware, script, unasked$ });
      const states$ = nic.status$.pipe(map(({ modem }) => modem));
      expectObservable(states$).toBe('u-s 17509ms d 2490ms (su)', { u: 'up', s: 'starting', d: 'down' });
      flush();
      expectObservable(socket().connect$(peer).pipe(connectedNow)).toBe('20003ms (c|)', values);
    }),
  );

  it(
    'over and over, on a weak supply: EIO for all that wait, and up as soon as it holds',
    marbles(({ expectObservable }, scheduler) => {
      const breakdowns = 129;
      const unasked$ = interval(700, scheduler).pipe(
        take(breakdowns),
        map(() => ready),
      );
      const dying = Array.from({ length: breakdowns }, (): Rule => ['AT']);
      const script: Rule[] = [...dying, ['AT', '\r\nOK\r\n']];
      const { nic } = unstarted(scheduler, { firmware, unasked$, script });
      expectObservable(nic.start$().pipe(code())).toBe('90s #', undefined, 'EIO');
      expectObservable(nic.status$.pipe(states)).toBe('s 89999ms x 299ms (su)', { ...values, x: 'down down' });
    }),
  );
});

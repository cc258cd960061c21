import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const both = ['AT', 'ATE0', 'AT+CIPMUX?', 'AT+GMR'];
const links = ['AT+CIPMODE=0', 'AT+CIPSERVER=0', 'AT+CIPCLOSE=5', 'AT+CIPCLOSE', 'AT+CIPMUX=1', 'AT+CIPDINFO=0'];
const values = { u: 'up' };
const up = map(() => 'up');

const sessions: readonly (readonly [string, Firmware, readonly string[]])[] = [
  ['AT 1.5', nonos15, [...both, ...links, 'AT+CWMODE_CUR=1', 'AT+CIPSTATUS']],
  ['AT 1.7.4', nonos174, [...both, ...links, 'AT+CIPRECVMODE=1', 'AT+CWMODE_CUR=1', 'AT+CIPSTATUS']],
  ['ESP-AT 2.2.2', espAt222, [...both, 'AT+SYSSTORE=0', ...links, 'AT+CIPRECVMODE=1', 'AT+CWMODE=1', 'AT+CIPSTATUS']],
];

describe('the set-up', () => {
  it.each(sessions)('S3 S4 S5 says what %s understands, and writes nothing to its flash', (_, firmware, commands) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware });
      expectObservable(nic.start$().pipe(up)).toBe('(u|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, commands);
    })();
  });

  it(
    'says nothing before it is asked for',
    marbles((_, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware: nonos174 });
      void nic.start$();
      assert.deepStrictEqual(modem.heard, []);
      assert.ok(!modem.isListenedTo());
    }),
  );

  it.each([
    ['S1 AT 1.x', nonos174, '\r\r\n'],
    ['S2 ESP-AT', espAt222, '\r\n'],
  ])('%s: takes no echo for an answer', (_, firmware, lineEnd) => {
    marbles(({ expectObservable }, scheduler) => {
      const script = [['AT', `AT${lineEnd}`, 3, '\r\nOK\r\n']] as const;
      const { nic } = unstarted(scheduler, { firmware, script });
      expectObservable(nic.start$().pipe(up)).toBe('---(u|)', values);
    })();
  });

  it(
    'has the modem push if the program wants it',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware: nonos174, receive: 'pushed' });
      expectObservable(nic.start$().pipe(up)).toBe('(u|)', values);
      flush();
      assert.ok(modem.heard.includes('AT+CIPRECVMODE=0'));
    }),
  );

  it.each([
    ['STATUS:2', true],
    ['STATUS:3\r\n+CIPSTATUS:0,"TCP","192.168.1.9",80,51234,0', true],
    ['STATUS:4', true],
    ['STATUS:5', false],
    ['STATUS:0', false],
    ['STATUS:1', false],
  ])('knows from %j whether the modem has joined by itself', (said, joined) => {
    marbles((_, scheduler) => {
      const script = [['AT+CIPSTATUS', `${said}\r\n\r\nOK\r\n`]] as const;
      const { nic } = unstarted(scheduler, { firmware: nonos174, script });
      nic.start$().subscribe();
      assert.strictEqual(nic.isconnected(), joined);
    })();
  });

  it(
    'notices an address that comes meanwhile',
    marbles((_, scheduler) => {
      const script = [['AT+CIPSTATUS', 'STATUS:5\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n']] as const;
      const { nic } = unstarted(scheduler, { firmware: nonos174, script });
      nic.start$().subscribe();
      assert.ok(nic.isconnected());
    }),
  );

  it(
    'tells how it is doing',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script = [
        ['AT', 3, '\r\nOK\r\n'],
        ['AT+CIPSTATUS', 2, 'STATUS:5\r\n\r\nOK\r\n'],
      ] as const;
      const unasked$ = cold('          ------- a------b-----c', {
        a: 'WIFI CONNECTED\r\n',
        b: 'WIFI GOT IP\r\n',
        c: 'WIFI DISCONNECT\r\n',
      });
      const { nic } = unstarted(scheduler, { firmware: nonos174, script, unasked$ });
      expectObservable(nic.status$).toBe('s----u- j------a-----u', {
        s: { modem: 'starting', wifi: 'down' },
        u: { modem: 'up', wifi: 'down' },
        j: { modem: 'up', wifi: 'joining' },
        a: { modem: 'up', wifi: 'up' },
      });
      expectObservable(nic.start$().pipe(up)).toBe('-----(u|)', values);
    }),
  );

  it(
    'S61 fails when open links prevent it',
    marbles(({ expectObservable }, scheduler) => {
      const script = [['AT+CIPMUX=1', 'link is builded\r\n\r\nERROR\r\n']] as const;
      const { nic } = unstarted(scheduler, { firmware: nonos174, script });
      expectObservable(nic.start$().pipe(code())).toBe('#', {}, 'EIO');
    }),
  );

  it(
    'fails later operations with its own error, and can be started again',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const refused: Rule = ['AT+CWMODE_CUR=1', '\r\nERROR\r\n'];
      // The line may have damaged a command that is refused, so it is said twice, and five times more after the commands
      // of the modem have shown that it has this one.
      const script: Rule[] = [...Array.from({ length: 7 }, () => refused), ['AT+CWMODE_CUR=1', '\r\nOK\r\n']];
      const { nic, modem } = unstarted(scheduler, { firmware: nonos174, script });
      expectObservable(nic.start$().pipe(code())).toBe('#', {}, 'EIO');
      expectObservable(nic.connect$('net').pipe(code())).toBe('#', {}, 'EIO');
      const again$ = nic.start$().pipe(up);
      expectObservable(cold('---(s|)').pipe(concatMap(() => again$))).toBe('---(u|)', values);
      flush();
      assert.strictEqual(modem.heard.filter((line) => line === 'AT').length, 2);
    }),
  );

  it(
    'happens once when two callers ask for it',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware: nonos174, script: [['AT', 3, '\r\nOK\r\n']] });
      expectObservable(nic.start$().pipe(up)).toBe('---(u|)', values);
      expectObservable(nic.start$().pipe(up)).toBe('---(u|)', values);
      flush();
      assert.strictEqual(modem.heard.filter((line) => line === 'AT+GMR').length, 1);
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map, merge } from 'rxjs';

import type { Status } from '../../../src/esp8285';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, connected, peer, stage, text, unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const noise = '\x00\xe4\x8c\xf2\x1e|\x00\x92b\x9c>\xf3\n\xfe+\x00\xc6\xe0\x1c\n';
const ready = '\r\nready\r\n';
const ok = '\r\nOK\r\n';
const done = map(() => 'done');
const values = { d: 'done', s: 'starting down', u: 'up up', o: 'up down' };
const states = map(({ modem, wifi }: Status) => `${modem} ${wifi}`);
const offline: Rule = ['AT+CIPSTATUS', `STATUS:5\r\n${ok}`];

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a reset, %s', (_, firmware) => {
  it(
    'S7 ends when the modem is set up again, and open sockets are lost: ECONNRESET',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+RST', 1, ok, 2, noise, 3, ready]];
      const { nic, modem, link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.recv$(5).pipe(text(), code())).toBe('#', undefined, 'ECONNRESET');
      expectObservable(nic.reset$().pipe(done)).toBe('------(d|)', values);
      expectObservable(nic.status$.pipe(states)).toBe('s-----u', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT+RST', 'AT', 'ATE0']);
      assert.strictEqual(modem.heard.filter((line) => line === 'ATE0').length, 1);
    }),
  );

  it.each<[string, Rule]>([
    ['that is refused and done all the same (quirk 26)', ['AT+RST', 1, '\r\nERROR\r\n', 9, ready]],
    ['that is not answered', ['AT+RST', 10, ready]],
    ['forced on a busy modem (S60)', ['AT+RST', 1, '\r\nWill force to restart!!!\r\n', ok, 9, ready]],
  ])('works: one %s', (__, rule) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [rule] });
      expectObservable(nic.reset$().pipe(done)).toBe('10ms (d|)', values);
    })();
  });

  it.each<[string, Rule]>([
    ['whose ready is lost (quirk 17)', ['AT+RST', 1, ok, 2, noise]],
    ['that is refused', ['AT+RST', 1, '\r\nERROR\r\n']],
    ['that is not answered', ['AT+RST']],
  ])('sets the modem up after 6 s: one %s', (__, rule) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [rule] });
      expectObservable(nic.reset$().pipe(done)).toBe('6s (d|)', values);
      expectObservable(nic.status$.pipe(states)).toBe('s 5999ms u', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT+RST', 'AT', 'ATE0']);
    })();
  });

  it(
    'goes on to its end when nobody waits for it',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [['AT+RST', 1, ok]] });
      expectObservable(nic.reset$(), '--!').toBe('---');
      expectObservable(nic.status$.pipe(states)).toBe('s 5999ms u', values);
    }),
  );

  it(
    'restores the network, the listening port and the settings',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+RST', 1, ok, 2, ready],
        [/^AT\+(?:CWJAP|CIPSERVER=1|CIPSTO|CWHOSTNAME|CWSAP|CWMODE)/, ok],
        offline,
      ];
      const { nic, modem } = stage(scheduler, { firmware, script });
      concat(nic.hostname$('board'), nic.enable_ap$('board', 'a-good-key'), nic.connect$('net', 'key')).subscribe();
      nic.listen({ address: '0.0.0.0', port: 80 }).subscribe();
      modem.heard.length = 0;
      expectObservable(nic.reset$().pipe(done)).toBe('---(d|)', values);
      flush();
      const shown = modem.heard.map((line) => /^AT(?:\+\w+)?/.exec(line)?.[0].replace('_CUR', ''));
      assert.deepStrictEqual(shown.slice(shown.lastIndexOf('AT+CIPSTATUS') + 1), [
        'AT+CWHOSTNAME',
        'AT+CWMODE',
        'AT+CWSAP',
        'AT+CWJAP',
        'AT+CIPSERVER',
        'AT+CIPSTO',
      ]);
    }),
  );

  it(
    'is sent at once; what was asked for before fails, and what is asked for meanwhile waits',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+CWLAP'], ['AT+RST', 1, ok, 4, ready]];
      const { nic, modem, socket } = stage(scheduler, { firmware, script });
      expectObservable(nic.scan$().pipe(code())).toBe('#', undefined, 'ECONNRESET');
      expectObservable(socket().connect$(peer).pipe(code())).toBe('#', undefined, 'ECONNRESET');
      expectObservable(nic.reset$().pipe(done)).toBe('-----(d|)', values);
      const late$ = concat(cold('---|').pipe(ignoreElements()), socket().connect$(peer));
      expectObservable(late$.pipe(done)).toBe('-----(d|)', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT+CWLAP', 'AT+RST', 'AT']);
    }),
  );

  it(
    'gets through to a modem that calls everything else busy (NONOS_SDK issue 314)',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CWLAP', '\r\nbusy p...\r\n'],
        ['AT+RST', 1, ok, 4, ready],
      ];
      const { nic, modem } = stage(scheduler, { firmware, script });
      expectObservable(nic.scan$().pipe(code())).toBe('3s #', undefined, 'ECONNRESET');
      expectObservable(concat(cold('3s |').pipe(ignoreElements()), nic.reset$()).pipe(done)).toBe(
        '3005ms (d|)',
        values,
      );
      flush();
      assert.ok(modem.heard.includes('AT+RST'));
    }),
  );

  it(
    'that meets a busy modem is sent again',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+RST', 1, '\r\nbusy s...\r\n'],
        ['AT+RST', 1, ok, 4, ready],
      ];
      const { nic } = stage(scheduler, { firmware, script });
      // 1, a pause of 50, 1, 4
      expectObservable(nic.reset$().pipe(done)).toBe('56ms (d|)', values);
    }),
  );

  it(
    'gets through to a modem that is down',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const silent: Rule[] = Array.from({ length: 9 }, (): Rule => ['AT']);
      const fills: Rule[] = [[/^\+\+\+/], [/^$/]];
      const script: Rule[] = [...silent, ['AT', ok], ...fills, ['AT+RST', 1, ok, 4, ready]];
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      expectObservable(nic.start$().pipe(code())).toBe('17510ms #', undefined, 'EIO');
      expectObservable(concat(cold('20s |').pipe(ignoreElements()), nic.reset$()).pipe(done, code())).toBe(
        '20005ms (d|)',
        values,
      );
      flush();
      assert.ok(modem.heard.includes('AT+RST'));
    }),
  );

  it(
    'of a modem that does not come back is EIO',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['AT', ok], ['AT+RST', 1, ok], [/AT$/], [/^$/]];
      const { nic } = stage(scheduler, { firmware, script });
      expectObservable(nic.reset$().pipe(done, code())).toBe('23510ms #', undefined, 'EIO');
    }),
  );

  it(
    'ends with the interface: EBADF',
    marbles(({ cold, expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [['AT+RST', 1, ok]] });
      const closing$ = concat(cold('--|').pipe(ignoreElements()), nic.close$());
      expectObservable(merge(nic.reset$(), closing$.pipe(ignoreElements())).pipe(code())).toBe(
        '--#',
        undefined,
        'EBADF',
      );
    }),
  );
});

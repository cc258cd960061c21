import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { map, merge, switchMap } from 'rxjs';

import { ESP8285, type Station } from '../../../src/esp8285';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const key = 'correct horse';
const done = map(() => 'done');
const values = { d: 'done' };
const shown = (what: unknown) => inspect(what, { depth: 6, showHidden: true });
const ready = '\r\nready\r\n';
const ok = '\r\nOK\r\n';

interface Given {
  readonly ssid?: string;
  readonly given?: string;
  readonly channel?: number;
  readonly encryption?: number;
}

describe.each([
  ['AT 1.7.4', nonos174, '_CUR'],
  ['ESP-AT 2.2.2', espAt222, ''],
])('a network of its own, %s', (_, firmware, suffix) => {
  const both = `AT+CWMODE${suffix}=3`;
  const stationOnly = `AT+CWMODE${suffix}=1`;
  const softAp = new RegExp(`^AT\\+CWSAP${suffix}=`);
  const taken: Rule[] = [
    [both, 1, ok],
    [softAp, 2, ok],
  ];

  it(
    'is switched on, then set up',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      expectObservable(nic.enable_ap$('my,board', key, 11, nic.WPA_PSK).pipe(done)).toBe('---(d|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [both, `AT+CWSAP${suffix}="my\\,board","${key}",11,2`]);
    }),
  );

  it(
    "is on channel 5 and WPA2 unless told otherwise, as MaixPy's is, and an open one has no key",
    marbles(({ flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      nic.enable_ap$('board', key).subscribe();
      flush();
      nic.enable_ap$('board', key, 1, nic.OPEN).subscribe();
      flush();
      assert.deepStrictEqual(
        modem.heard.filter((line) => softAp.test(line)),
        [`AT+CWSAP${suffix}="board","${key}",5,3`, `AT+CWSAP${suffix}="board","",1,0`],
      );
    }),
  );

  it.each<[string, Given]>([
    ['no name', { ssid: '' }],
    ['a name of 33 bytes', { ssid: 'ü'.repeat(16) + 'x' }],
    ['a key of 7 bytes', { given: '1234567' }],
    ['a key of 65 bytes', { given: 'k'.repeat(65) }],
    ['a line end in the name', { ssid: 'board\r\nAT+RST' }],
    ['channel 0', { channel: 0 }],
    ['channel 15', { channel: 15 }],
    ['half a channel', { channel: 1.5 }],
    ['WEP', { encryption: 1 }],
    ['no such encryption', { encryption: 5 }],
  ])('with %s is EINVAL, and nothing is sent', (__, { ssid = 'board', given = key, channel, encryption }) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      const enable$ = nic.enable_ap$(ssid, given, channel, encryption as 0 | undefined);
      expectObservable(enable$.pipe(code())).toBe('#', undefined, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });

  it(
    'that the modem refuses is EIO, shows no key, and leaves no open network behind',
    marbles(({ flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [[both, ok]] });
      const errors: unknown[] = [];
      nic.enable_ap$('board', key).subscribe({ error: (error: unknown) => errors.push(error) });
      flush();
      assert.deepStrictEqual(modem.heard.slice(-1), [stationOnly]);
      assert.match(String(errors), /^OSError: enable_ap: AT\+CWSAP.*"board","…"/);
      assert.ok(!shown(errors).includes('horse'));
      assert.ok(!shown(nic).includes('horse'));
    }),
  );

  it(
    'that the modem does not answer is ETIMEDOUT',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [[both]] });
      expectObservable(nic.enable_ap$('board', key).pipe(code())).toBe('5s #', undefined, 'ETIMEDOUT');
    }),
  );

  it(
    'comes back after a restart with its key, which nothing shows',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('9ms b', { b: ready });
      const { nic, modem } = stage(scheduler, { firmware, script: taken, unasked$ });
      nic.enable_ap$('board', key).subscribe();
      // Before anybody else has the modem.
      expectObservable(nic.status$.pipe(map(({ modem: state }) => state))).toBe('u 8ms s--u', {
        u: 'up',
        s: 'starting',
      });
      flush();
      const [mode, setting] = modem.heard.slice(-2);
      assert.deepStrictEqual([mode, setting], [both, `AT+CWSAP${suffix}="board","${key}",5,3`]);
      assert.ok(!shown(nic).includes('horse'));
    }),
  );

  it(
    'does not come back once it has been switched off',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('9ms b', { b: ready });
      const { nic, modem } = stage(scheduler, { firmware, script: taken, unasked$ });
      nic.enable_ap$('board', key).subscribe();
      expectObservable(nic.disable_ap$().pipe(done)).toBe('---(d|)', values);
      flush();
      assert.strictEqual(modem.heard[2], stationOnly);
      assert.strictEqual(modem.heard.filter((line) => softAp.test(line)).length, 1);
    }),
  );

  it(
    'that cannot be switched off is EIO',
    marbles(({ expectObservable }, scheduler) => {
      const refusing: Rule[] = [
        [stationOnly, ok],
        [stationOnly, '\r\nERROR\r\n'],
      ];
      const { nic } = stage(scheduler, { firmware, script: refusing });
      expectObservable(nic.disable_ap$().pipe(code())).toBe('#', undefined, 'EIO');
    }),
  );

  const mac = 'a4:5e:60:00:00:01';
  const other = 'a4:5e:60:00:00:02';
  const joins = `+STA_CONNECTED:"${mac}"\r\n`;
  const address = `+DIST_STA_IP:"${mac}","192.168.4.2"\r\n`;
  const lists: Record<string, readonly Station[]> = {
    n: [],
    j: [{ mac }],
    a: [{ mac, address: '192.168.4.2' }],
    b: [{ mac, address: '192.168.4.2' }, { mac: other }],
    o: [{ mac: other }],
  };

  it(
    'S64 tells its stations, and an address only once when the modem tells it twice',
    marbles(({ cold, expectObservable }, scheduler) => {
      const messages = {
        j: joins,
        a: address,
        b: `+STA_CONNECTED:"${other}"\r\n`,
        l: `+STA_DISCONNECTED:"${mac}"\r\n`,
        x: '+STA_DISCONNECTED:"a4:5e:60:00:00:09"\r\n',
      };
      const { nic } = stage(scheduler, { firmware, unasked$: cold('-jaab-lx', messages) });
      expectObservable(nic.stations$).toBe('nja-b-o', lists);
      expectObservable(nic.stations$, '-----^').toBe('-----bo', lists);
    }),
  );

  it(
    'hears of them in the middle of an answer, and takes them for no part of it',
    marbles(({ expectObservable }, scheduler) => {
      const scan: Rule = ['AT+CWLAP', joins, '+CWLAP:(3,"net",-40)\r\n', address, ok];
      const { nic } = stage(scheduler, { firmware, script: [scan] });
      expectObservable(nic.scan$().pipe(map((networks) => networks.map(String)))).toBe('(s|)', { s: ['3,"net",-40'] });
      expectObservable(nic.stations$).toBe('a', lists);
    }),
  );

  it(
    'has no stations after a restart, when it is switched off, or when the interface is closed',
    marbles(({ cold, expectObservable }, scheduler) => {
      const messages = { j: joins, r: ready };
      const { nic } = stage(scheduler, { firmware, unasked$: cold('-jrj---j', messages), script: taken });
      merge(
        cold('----d').pipe(switchMap(() => nic.disable_ap$())),
        cold('--------c').pipe(switchMap(() => nic.close$())),
      ).subscribe();
      expectObservable(nic.stations$).toBe('njnjn--jn', lists);
    }),
  );
});

describe('the encryptions', () => {
  it("have MaixPy's numbers, at the interface and at its class", () => {
    const numbers = { OPEN: 0, WPA_PSK: 2, WPA2_PSK: 3, WPA_WPA2_PSK: 4 };
    const { OPEN, WPA_PSK, WPA2_PSK, WPA_WPA2_PSK } = ESP8285;
    assert.deepStrictEqual({ OPEN, WPA_PSK, WPA2_PSK, WPA_WPA2_PSK }, numbers);
  });
});

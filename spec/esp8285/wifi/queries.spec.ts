import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos174 } from '../../../harness/modems/firmware';
import { code, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const bssid = '02:00:00:00:00:01';
const addresses = ['192.168.1.5', '255.255.255.0', '192.168.1.1', '0', '0'];

function configuration(suffix: string, accessPoint: string): Rule[] {
  const line = (name: string, address: string) => `+CIPSTA${suffix}:${name}:"${address}"\r\n`;
  return [
    [
      `AT+CIPSTA${suffix}?`,
      1,
      line('ip', '192.168.1.5'),
      line('gateway', '192.168.1.1'),
      line('netmask', '255.255.255.0'),
      '\r\nOK\r\n',
    ],
    [`AT+CWJAP${suffix}?`, 1, accessPoint],
  ];
}

describe.each([
  ['AT 1.7.4', nonos174, '_CUR', ',6,-52,0'],
  ['ESP-AT 2.2.2', espAt222, '', ',6,-52,0,1,3,0,1'],
])('ifconfig, %s', (_, firmware: Firmware, suffix, more) => {
  it.each(['my-ssid', 'my "best", net', '","02:00:00:00:00:02",', ''])('tells addresses and the network %j', (ssid) => {
    marbles(({ expectObservable }, scheduler) => {
      const accessPoint = `+CWJAP${suffix}:"${ssid}","${bssid}"${more}\r\n\r\nOK\r\n`;
      const { nic } = stage(scheduler, { firmware, script: configuration(suffix, accessPoint) });
      expectObservable(nic.ifconfig$()).toBe('--(c|)', { c: [...addresses, bssid, ssid] });
    })();
  });

  it.each(['No AP\r\n\r\nOK\r\n', '\r\nERROR\r\n'])('has nothing to tell of no network: %j', (said) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: configuration(suffix, said) });
      expectObservable(nic.ifconfig$()).toBe('--(c|)', { c: [...addresses, '', ''] });
    })();
  });
});

describe('the look-up of a name', () => {
  it.each([
    ['AT 1.7.4', nonos174, '+CIPDOMAIN:93.184.216.34\r\n\r\nOK\r\n'],
    ['ESP-AT 2.1', espAt222, '+CIPDOMAIN:93.184.216.34\r\n\r\nOK\r\n'],
    ['ESP-AT 2.2.2', espAt222, '+CIPDOMAIN:"93.184.216.34"\r\n\r\nOK\r\n'],
  ])('S18 gives the address that %s prints', (_, firmware, said) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [[/DOMAIN/, 7, said]] });
      expectObservable(nic.resolve('a.example')).toBe('-------(a|)', { a: ['93.184.216.34'] });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPDOMAIN="a.example"']);
    })();
  });

  it.each([
    ['AT 1.7.4', nonos174, 'DNS Fail\r\n\r\nERROR\r\n', 'STATUS:2', 'EAI_NONAME'],
    ['ESP-AT 2.2.2', espAt222, '\r\nERROR\r\n', 'STATUS:2', 'EAI_NONAME'],
    ['AT 1.7.4, off the network', nonos174, 'DNS Fail\r\n\r\nERROR\r\n', 'STATUS:5', 'EAI_AGAIN'],
    ['ESP-AT 2.2.2, off the network', espAt222, '\r\nERROR\r\n', 'STATUS:5', 'EAI_AGAIN'],
    ['a firmware that says OK without an address', espAt222, '\r\nOK\r\n', 'STATUS:2', 'EAI_NONAME'],
  ])('S18 fails with a code of getaddrinfo, %s', (_, firmware, said, status, expected) => {
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSTATUS', `${status}\r\n\r\nOK\r\n`],
        [/DOMAIN/, 7, said],
      ];
      const { nic } = stage(scheduler, { firmware, script });
      expectObservable(nic.resolve('no.such').pipe(code())).toBe('-------#', {}, expected);
    })();
  });

  it(
    'fails when the modem has finished it without a result: EAI_AGAIN',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware: nonos174, script: [[/DOMAIN/]] });
      expectObservable(nic.resolve('a.example').pipe(code())).toBe('2500ms #', {}, 'EAI_AGAIN');
    }),
  );

  it.each(['a.example"\r\nAT+RST', 'a\0b', 'x'.repeat(65)])('refuses %j and sends nothing: EINVAL', (name) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware: nonos174 });
      expectObservable(
        nic.resolve(name).pipe(
          map((addresses) => addresses.join()),
          code(),
        ),
      ).toBe('#', {}, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });
});

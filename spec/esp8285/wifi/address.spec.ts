import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, filter, map, toArray } from 'rxjs';

import type { StaticConfig } from '../../../src/esp8285';
import { espAt222, type Firmware, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const done = map(() => 'done');
const values = { d: 'done' };
const ok = '\r\nOK\r\n';
const plan = ['10.0.0.7', '255.255.0.0', '10.0.0.1'] as const;

/** AT 1.3 has no command for name servers. */
const nonos13: Firmware = {
  ...nonos174,
  rules: [['AT+GMR', 'AT version:1.3.0.0(Jul 14 2016 18:54:01)\r\n\r\nOK\r\n'], ...nonos174.rules],
};

describe.each([
  ['AT 1.7.4', nonos174, '_CUR'],
  ['ESP-AT 2.2.2', espAt222, ''],
])('an address set by hand, %s', (_, firmware, suffix) => {
  const setting = `AT+CIPSTA${suffix}="10.0.0.7","10.0.0.1","255.255.0.0"`;
  const dhcp = `AT+CWDHCP${suffix}=1,1`;
  const taken: Rule[] = [
    [/^AT\+CIPSTA(_CUR)?=/, 1, ok],
    [/^AT\+CIPDNS/, 1, ok],
    [/^AT\+CWDHCP/, 1, ok],
    [
      `AT+CIPSTA${suffix}?`,
      ...['ip:"10.0.0.7"', 'gateway:"10.0.0.1"', 'netmask:"255.255.0.0"'].map((line) => `+CIPSTA${suffix}:${line}\r\n`),
      ok,
    ],
  ];

  it.each<[string, StaticConfig, ...string[]]>([
    ['without name servers', plan],
    ['with one', [...plan, '10.0.0.2'], '"10.0.0.2"'],
    ['with two', [...plan, '10.0.0.2', '10.0.0.3'], '"10.0.0.2","10.0.0.3"'],
    ['as ifconfig() gives it', [...plan, '0', '0', '02:00:00:00:00:01', 'my-ssid']],
    ['with the zeroes of other ports', [...plan, '0.0.0.0']],
  ])('is told gateway before netmask, %s', (__, config, ...servers) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      expectObservable(nic.ifconfig$(config).pipe(done)).toBe(servers.length > 0 ? '--(d|)' : '-(d|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [setting, ...servers.map((list) => `AT+CIPDNS${suffix}=1,${list}`)]);
    })();
  });

  it.each<[string, unknown]>([
    ['no address', ['10.0.0.256', plan[1], plan[2]]],
    ['no netmask', ['10.0.0.7', '', plan[2]]],
    ['no gateway', ['10.0.0.7', plan[1], 'router']],
    ['no name server', [...plan, 'dns.example']],
    ['a line end', ['10.0.0.7\r\nAT+RST', plan[1], plan[2]]],
    ['a zero in front', ['010.0.0.7', plan[1], plan[2]]],
    ['a number', [10, plan[1], plan[2]]],
    ['too few', ['10.0.0.7', plan[1]]],
    ['another word', 'static'],
  ])('is EINVAL for %s, and nothing is sent', (__, config) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      expectObservable(nic.ifconfig$(config as StaticConfig).pipe(code())).toBe('#', undefined, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });

  it.each([
    ['EIO', '1ms', [1, '\r\nERROR\r\n']],
    ['ETIMEDOUT', '5s', []],
  ])('is %s when the modem does not take it', (expected, when, said) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [[setting, ...said]] });
      expectObservable(nic.ifconfig$(plan).pipe(code())).toBe(`${when} #`, undefined, expected);
    })();
  });

  it(
    'gives way to DHCP again, and takes its name servers along',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      expectObservable(nic.ifconfig$('dhcp').pipe(done)).toBe('-(d|)', values);
      flush();
      concat(nic.ifconfig$([...plan, '10.0.0.2']), nic.ifconfig$('dhcp')).subscribe();
      flush();
      assert.deepStrictEqual(modem.heard, [
        dhcp,
        setting,
        `AT+CIPDNS${suffix}=1,"10.0.0.2"`,
        dhcp,
        `AT+CIPDNS${suffix}=0`,
      ]);
    }),
  );

  it(
    'shows name servers that were set, and 0 when none were',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: taken });
      const shown$ = nic.ifconfig$().pipe(map(([, , , dns, dns2]) => `${dns} ${dns2}`));
      const steps$ = concat(
        shown$,
        nic.ifconfig$([...plan, '10.0.0.2']),
        shown$,
        // Those stay.
        nic.ifconfig$(plan),
        shown$,
        nic.ifconfig$('dhcp'),
        shown$,
      );
      const seen = ['0 0', '10.0.0.2 0', '10.0.0.2 0', '0 0'];
      expectObservable(
        steps$.pipe(
          filter((value) => value !== undefined),
          toArray(),
        ),
      ).toBe('------(s|)', { s: seen });
      flush();
    }),
  );

  it.each<[string, StaticConfig | 'dhcp', ...string[]]>([
    ['an address', [...plan, '10.0.0.2'], setting, `AT+CIPDNS${suffix}=1,"10.0.0.2"`],
    ['DHCP', 'dhcp', dhcp],
  ])('holds after a restart, before the network is joined again: %s', (__, config, ...commands) => {
    marbles(({ cold, flush }, scheduler) => {
      const script: Rule[] = [...taken, [/^AT\+CWJAP/, ok], ['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n']];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('9ms b', { b: '\r\nready\r\n' }) });
      nic.connect$('net', 'a-good-key').subscribe();
      (config === 'dhcp' ? nic.ifconfig$(config) : nic.ifconfig$(config)).subscribe();
      flush();
      assert.deepStrictEqual(modem.heard.slice(-commands.length - 1), [
        ...commands,
        `AT+CWJAP${suffix}="net","a-good-key"`,
      ]);
    })();
  });

  it(
    'that was refused is not set again after a restart',
    marbles(({ cold, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, unasked$: cold('9ms b', { b: '\r\nready\r\n' }) });
      nic.ifconfig$(plan).subscribe({ error: () => undefined });
      flush();
      assert.strictEqual(modem.heard.filter((line) => line === setting).length, 1);
    }),
  );
});

describe('an address set by hand, AT 1.3', () => {
  it(
    'takes no name server: EOPNOTSUPP, and nothing is sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware: nonos13, script: [[/^AT\+CIPSTA_CUR=/, ok]] });
      expectObservable(nic.ifconfig$([...plan, '10.0.0.2']).pipe(code())).toBe('#', undefined, 'EOPNOTSUPP');
      flush();
      assert.deepStrictEqual(modem.heard, []);
      expectObservable(nic.ifconfig$(plan).pipe(done)).toBe('(d|)', values);
    }),
  );
});

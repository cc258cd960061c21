import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { epochOf } from '../../../src/esp8285/wifi/time';
import type { TimeOptions } from '../../../src/esp8285';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const ok = '\r\nOK\r\n';
const shows = (text: string): Rule => ['AT+CIPSNTPTIME?', 1, `+CIPSNTPTIME:${text}\r\n`, ok];
const configured: Rule = [/^AT\+CIPSNTPCFG=/, 1, ok];

describe.each([
  ['AT 1.7.4', nonos174, 'Thu Jan 01 00:00:00 1970', 'Tue Mar 05 08:09:10 2024'],
  ['ESP-AT 2.2.2', espAt222, 'Thu Jan  1 00:02:08 1970', 'Tue Mar  5 08:09:10 2024'],
])('the time by the network, %s', (_, firmware, unset, set) => {
  const epoch = Date.UTC(2024, 2, 5, 8, 9, 10);

  it(
    'is asked for twice a second until a server has answered',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, {
        firmware,
        script: [configured, shows(unset), shows(unset), shows(set)],
      });
      expectObservable(nic.time$()).toBe('1004ms (t|)', { t: epoch });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSNTPCFG=1,0', ...Array<string>(3).fill('AT+CIPSNTPTIME?')]);
    }),
  );

  it(
    'comes from the servers that are named',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [configured, shows(set)] });
      expectObservable(nic.time$({ servers: ['ntp.example', '10.0.0.1'] })).toBe('--(t|)', { t: epoch });
      flush();
      assert.strictEqual(modem.heard[0], 'AT+CIPSNTPCFG=1,0,"ntp.example","10.0.0.1"');
    }),
  );

  it.each<[string, TimeOptions]>([
    ['20s', {}],
    ['1500ms', { timeout: 1.5 }],
  ])('is ETIMEDOUT after %s in which none has answered', (when, options) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script: [configured, shows(unset)] });
      expectObservable(nic.time$(options).pipe(code())).toBe(`${when} #`, undefined, 'ETIMEDOUT');
    })();
  });

  it.each<[string, string, string, Rule[]]>([
    ['the modem does not answer', 'ETIMEDOUT', '5s', [[/^AT\+CIPSNTPCFG=/]]],
    ['the modem refuses', 'EIO', '-', [[/^AT\+CIPSNTPCFG=/, 1, '\r\nERROR\r\n']]],
    ['the modem has no such query', 'EIO', '-', [configured]],
    ['the modem says what is no time', 'ETIMEDOUT', '20s', [configured, shows('1st of May')]],
    ['the modem says nothing', 'ETIMEDOUT', '20s', [configured, ['AT+CIPSNTPTIME?', 1, ok]]],
  ])('fails where %s: %s', (__, expected, when, script) => {
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware, script });
      expectObservable(nic.time$().pipe(code())).toBe(`${when} #`, undefined, expected);
    })();
  });

  it(
    'is ENETUNREACH while the modem is on no network, and nothing is sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n']] });
      expectObservable(nic.time$().pipe(code())).toBe('#', undefined, 'ENETUNREACH');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it.each<[string, TimeOptions]>([
    ['a line end in a server', { servers: ['ntp.example\r\nAT+RST'] }],
    ['an empty server', { servers: [''] }],
    ['a server of 65 bytes', { servers: ['n'.repeat(65)] }],
    ['four servers', { servers: ['a', 'b', 'c', 'd'] }],
    ['more than fits into a line', { servers: [','.repeat(64), ','.repeat(64)] }],
    ['no time', { timeout: 0 }],
    ['a time-out that is no number', { timeout: NaN }],
    ['a time-out without end', { timeout: Infinity }],
  ])('is EINVAL with %s, and nothing is sent', (__, options) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: [configured, shows(set)] });
      expectObservable(nic.time$(options).pipe(code())).toBe('#', undefined, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });
});

describe('epochOf', () => {
  it('reads any time from 1970 to 2399', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2400, 0) / 1000 - 1 }), fc.boolean(), (seconds, isPadded) => {
        const date = new Date(seconds * 1000);
        // 'Thu, 01 Jan 1970 00:00:00 GMT'
        const [, weekday, day = '', month, year, clock] =
          /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(date.toUTCString()) ?? [];
        const shown = isPadded ? day.replace(/^0/, ' ') : day;
        assert.strictEqual(epochOf(`${weekday} ${month} ${shown} ${clock} ${year}`), seconds * 1000);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'Thu Feb 29 00:00:00 2024',
    'Tue Feb 29 23:59:59 2000',
    'Fri Jan  1 00:00:00 2100',
    'Fri Dec 31 23:59:59 1999',
  ])('knows leap years: %s', (text) => {
    assert.strictEqual(epochOf(text), Date.parse(`${text} UTC`));
  });

  it.each(['', '1st of May', 'Thu Foo 01 00:00:00 1970', 'Thu Jan 01 00:00:00'])('rejects other texts: %j', (text) => {
    assert.strictEqual(epochOf(text), undefined);
  });
});

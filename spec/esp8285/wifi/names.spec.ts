import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import { espAt222, type Firmware, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const done = map(() => 'done');
const values = { d: 'done' };
const ok = '\r\nOK\r\n';
const taken: Rule[] = [[/^AT\+CWHOSTNAME=/, 1, ok]];

describe.each([
  ['AT 1.7.4', nonos174, '_CUR'],
  ['ESP-AT 2.2.2', espAt222, ''],
])('the names of the modem, %s', (_, firmware, suffix) => {
  it(
    'are asked for',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CWHOSTNAME?', 1, '+CWHOSTNAME:my board\r\n', ok],
        [`AT+CIPSTAMAC${suffix}?`, 1, `+CIPSTAMAC${suffix}:"A4:5E:60:00:00:01"\r\n`, ok],
      ];
      const { nic } = stage(scheduler, { firmware, script });
      expectObservable(nic.hostname$()).toBe('-(h|)', { h: 'my board' });
      expectObservable(nic.mac$()).toBe('--(m|)', { m: 'a4:5e:60:00:00:01' });
    }),
  );

  it.each([
    ['EIO', '-', [1, '\r\nERROR\r\n']],
    ['EIO', '-', [1, ok]],
    ['ETIMEDOUT', '5s', []],
  ])('are %s when the modem does not tell them', (expected, when, said) => {
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CWHOSTNAME?', ...said],
        [/^AT\+CIPSTAMAC/, ...said],
      ];
      const { nic } = stage(scheduler, { firmware, script });
      expectObservable(nic.hostname$().pipe(code())).toBe(`${when} #`, undefined, expected);
      const other = stage(scheduler, { firmware, script });
      expectObservable(other.nic.mac$().pipe(code())).toBe(`${when} #`, undefined, expected);
    })();
  });

  it(
    'are set',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      expectObservable(nic.hostname$('my, board').pipe(done)).toBe('-(d|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CWHOSTNAME="my\\, board"']);
    }),
  );

  it.each(['', 'b'.repeat(33), 'board\nAT+RST', 'a\0b'])('are not set to %j: EINVAL, and nothing is sent', (name) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware, script: taken });
      expectObservable(nic.hostname$(name).pipe(code())).toBe('#', undefined, 'EINVAL');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    })();
  });

  it(
    'that the modem refuses are EIO',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = stage(scheduler, { firmware });
      expectObservable(nic.hostname$('board').pipe(code())).toBe('#', undefined, 'EIO');
    }),
  );

  it(
    'hold after a restart, and are set before the network is joined again',
    marbles(({ cold, flush }, scheduler) => {
      const script: Rule[] = [...taken, [/^AT\+CWJAP/, ok], ['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n']];
      const { nic, modem } = stage(scheduler, { firmware, script, unasked$: cold('9ms b', { b: '\r\nready\r\n' }) });
      nic.connect$('net', 'a-good-key').subscribe();
      nic.hostname$('board').subscribe();
      flush();
      assert.deepStrictEqual(modem.heard.slice(-2), ['AT+CWHOSTNAME="board"', `AT+CWJAP${suffix}="net","a-good-key"`]);
    }),
  );
});

describe('firmware before AT 1.4', () => {
  const nonos13: Firmware = {
    ...nonos174,
    rules: [['AT+GMR', 'AT version:1.3.0.0(Jul 14 2016 18:54:01)\r\n\r\nOK\r\n'], ...nonos174.rules],
  };

  it(
    'has no host name: EOPNOTSUPP, and nothing is sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware: nonos13, script: taken });
      expectObservable(nic.hostname$().pipe(code())).toBe('#', undefined, 'EOPNOTSUPP');
      expectObservable(nic.hostname$('board').pipe(done, code())).toBe('#', undefined, 'EOPNOTSUPP');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it(
    'has no clock: EOPNOTSUPP, and nothing is sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, { firmware: nonos13, script: [[/^AT\+CIPSNTP/, ok]] });
      expectObservable(nic.time$().pipe(code())).toBe('#', undefined, 'EOPNOTSUPP');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );
});

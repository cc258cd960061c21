import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { expand, map, takeUntil, timer } from 'rxjs';

import { OSError } from '../../../src/usocket/contract/osError';
import type { Rule } from '../../../src/testing';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { u: 'up' };
const up = map(() => 'up');
const ok = '\r\nOK\r\n';
const silent = ['AT'] as const;

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a modem in an unknown state, %s', (_, firmware) => {
  it(
    'with half a command in its buffer refuses that, and is asked again',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = unstarted(scheduler, {
        firmware,
        script: [
          ['AT', 2, '\r\nERROR\r\n'],
          ['AT', 2, ok],
        ],
      });
      // 2, a pause of 100, 2, and 200 in which nothing more is owed
      expectObservable(nic.start$().pipe(up)).toBe('304ms (u|)', values);
    }),
  );

  it(
    'that is starting is asked until it answers, and two answers count once',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [silent, ['AT', 2_000, ok], ['AT', 501, ok]] as const;
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      // Asked at 0, 1500 and 3000; answered at 3500 and 3501
      expectObservable(nic.start$().pipe(up)).toBe('3701ms (u|)', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 5), ['AT', 'AT', 'AT', 'ATE0', 'AT+CIPMUX?']);
    }),
  );

  it(
    'whose ready is still to come begins again with it, and start$ waits',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('700ms r', { r: '\x1e|\0\x92b\x9c>\xf3\n\xfe+\0\xc6ready\r\n' });
      const { nic } = unstarted(scheduler, { firmware, script: [silent, ['AT', 5, ok]], unasked$ });
      expectObservable(nic.start$().pipe(up)).toBe('705ms (u|)', values);
      const [s, u] = [
        { modem: 'starting', wifi: 'down' },
        { modem: 'up', wifi: 'up' },
      ];
      expectObservable(nic.status$).toBe('s 704ms u', { s, u });
    }),
  );

  it(
    'whose first answer was data, because it waits for the bytes of a send, is woken again',
    marbles(({ expectObservable, flush }, scheduler) => {
      const still = ['ATE0', 'ATE0', 'AT+CIPMUX?', 'AT+CIPMUX?', 'AT+CIPMUX?'];
      const script: Rule[] = [...still.map((line): Rule => [line]), ['ATE0', ok], ['AT+CIPMUX?', `+CIPMUX:0\r\n${ok}`]];
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      // Two of 2500, and three of 2000
      expectObservable(nic.start$().pipe(up)).toBe('11s (u|)', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 8), ['AT', ...still, 'AT', 'ATE0']);
    }),
  );

  it(
    "at work on another program's command is waited for",
    marbles(({ expectObservable, flush }, scheduler) => {
      const busy = ['AT', 3, '\r\nbusy p...\r\n'] as const;
      const script = [...Array.from({ length: 20 }, () => busy), ['AT', 3, ok] as const];
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      // 20 pauses of 50, 100, 200, 400, 800, then 1000; 21 answers of 3
      expectObservable(nic.start$().pipe(up)).toBe('16613ms (u|)', values);
      flush();
      assert.ok(!modem.heard.some((line) => line.includes('+++')));
    }),
  );

  it(
    'that stays busy is given up after a minute: EIO',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = unstarted(scheduler, { firmware, script: [['AT', 3, '\r\nbusy p...\r\n']] });
      expectObservable(nic.start$().pipe(code())).toBe('60s #', values, 'EIO');
    }),
  );

  it(
    'S62 in passthrough is brought out of it by a lone +++',
    marbles(({ expectObservable, flush }, scheduler) => {
      // The scripted modem hears the +++ with the next line.
      const script = [silent, silent, silent, silent, ['+++AT', 5, ok], ['AT', ok]] as const;
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      // 4 · 1500 of silence, 1100 before and behind
      expectObservable(nic.start$().pipe(up)).toBe('8205ms (u|)', values);
      flush();
      assert.ok(modem.heard.includes('AT+CIPMODE=0'));
    }),
  );

  it(
    'that was only slow to start takes +++ for a part of a line',
    marbles(({ expectObservable }, scheduler) => {
      const script = [silent, silent, silent, silent, ['+++AT', 5, '\r\nERROR\r\n'], ['AT', 5, ok]] as const;
      const { nic } = unstarted(scheduler, { firmware, script });
      expectObservable(nic.start$().pipe(up)).toBe('8510ms (u|)', values);
    }),
  );

  // 6000 of asking, 2200 of silence around +++, 3000 of asking again; 64 bytes every 10, Recv 5 behind the last of them;
  // lines that are too many are refused: 1, a pause of 100, 6, and 200 in which nothing more is owed.
  it.each([
    [100, '11522ms (u|)'],
    [1460, '11732ms (u|)'],
    [2048, '11822ms (u|)'],
  ])('S37 that waits for %d bytes of a send is given them', (awaiting, expected) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [
        [/^AT\r\n/, 5, `\r\nRecv ${awaiting} bytes\r\n`, 5, '\r\nSEND OK\r\n'],
        ['', 6, '\r\nERROR\r\n'],
        ['AT', 6, ok],
      ] as const;
      const { nic, modem } = unstarted(scheduler, { firmware, script, awaiting });
      expectObservable(nic.start$().pipe(up)).toBe(expected, values);
      flush();
      assert.strictEqual(modem.heard[0]?.length, awaiting);
    })();
  });

  it(
    'that is silent is given up after a quarter of a minute: EIO',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware, script: [[/^/]] });
      expectObservable(nic.start$().pipe(code())).toBe('17510ms #', values, 'EIO');
      flush();
      assert.ok(modem.heard.every((line) => /^(?:\+\+\+)?(?:AT)?$/.test(line)));
    }),
  );

  it(
    'that makes no sense is given up: EPROTO',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = unstarted(scheduler, { firmware, script: [[/^/, 2, '\xf3\x80\xfe\0~\n\x8c>']] });
      expectObservable(nic.start$().pipe(code())).toBe('17510ms #', values, 'EPROTO');
    }),
  );

  it(
    'that chatters without end is given up: EPROTO',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('a', { a: '' }).pipe(
        expand(() => timer(100, scheduler).pipe(map(() => 'rst\n'))),
        takeUntil(timer(30_000, scheduler)),
      );
      const { nic } = unstarted(scheduler, { firmware, script: [[/^/]], unasked$ });
      expectObservable(nic.start$().pipe(code())).toBe('17510ms #', values, 'EPROTO');
    }),
  );

  it(
    'that breaks off a block is understood again',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('a', { a: '\r\n+IPD,0,1460:the rest never comes' });
      const script = [silent, silent, silent, silent, ['+++AT', 5, ok], ['AT', ok]] as const;
      const { nic } = unstarted(scheduler, { firmware, script, unasked$ });
      expectObservable(nic.start$().pipe(up)).toBe('8205ms (u|)', values);
    }),
  );

  it(
    'whose line is lost fails at once with the error of the line',
    marbles(({ cold, expectObservable }, scheduler) => {
      const gone = new OSError('EACCES', 'open', 'open: /dev/ttyUSB0: permission denied');
      const unasked$ = cold('--#', {}, gone);
      const { nic } = unstarted(scheduler, { firmware, script: [[/^/]], unasked$ });
      expectObservable(nic.start$()).toBe('--#', values, gone);
    }),
  );
});

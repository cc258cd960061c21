import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { espAt222, nonos15, nonos174 } from '../../../../harness/modems/firmware';
import { code, peer, stage, start4 } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

/** As firmwares of several makers and ages have been logged. */
const taken = [
  'ALREADY CONNECTED',
  'ALREADY CONNECT',
  'ALREAY CONNECT',
  'Already Connected',
  '4,ALREADY CONNECTED',
  '4, ALREADY CONNECT',
  'Link is builded',
  'link is builded',
];

describe.each([
  ['AT 1.5', nonos15],
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('why a link was not opened, %s', (_, firmware) => {
  it.each(taken)('%j: its number is in use, so another one is tried', (said) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[start4, `${said}\r\n\r\nERROR\r\n`]];
      const { socket, modem } = stage(scheduler, { firmware, script });
      const connected$ = socket().connect$(peer);
      expectObservable(connected$.pipe(map(() => 'c'))).toBe('(c|)');
      flush();
      const starts = modem.heard.filter((line) => line.startsWith('AT+CIPSTART=')).map((line) => line.slice(12, 13));
      assert.deepStrictEqual(starts, ['4', '3']);
    })();
  });

  it.each(['no ip', 'No IP', 'no_ip', 'NO IP'])('%j: the modem is on no network: ENETUNREACH', (said) => {
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [[start4, `${said}\r\n\r\nERROR\r\n`]];
      const { socket } = stage(scheduler, { firmware, script });
      const connected$ = socket().connect$(peer);
      expectObservable(connected$.pipe(code())).toBe('#', {}, 'ENETUNREACH');
    })();
  });

  it.each(['something else', 'Link fail', '+CIPSTART:fail'])('%j: is shown by the error', (said) => {
    marbles((__, scheduler) => {
      const script: Rule[] = [[start4, `${said}\r\n\r\nERROR\r\n`]];
      const { socket } = stage(scheduler, { firmware, script });
      let failure: unknown;
      const connected$ = socket().connect$(peer);
      connected$.subscribe({ error: (error: unknown) => (failure = error) });
      assert.ok(String(failure).includes(said), String(failure));
    })();
  });
});

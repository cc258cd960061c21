import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map, mergeMap } from 'rxjs';

import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, connected, peer, stage, type StageOptions, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

describe.each([
  ['AT 1.5', nonos15],
  ['AT 1.7.4, passive receive off', nonos174],
  ['ESP-AT 2.2.2, passive receive off', espAt222],
])('data that are pushed over a line that loses bytes, %s', (_, firmware) => {
  const options = { firmware, receive: 'pushed' } as const;

  const both: Rule = [
    'AT+CIPSTATUS',
    'STATUS:3\r\n+CIPSTATUS:3,"TCP","192.168.1.9",80,51233,0\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,51234,0\r\n\r\nOK\r\n',
  ];

  /** Links 4 and 3. */
  const two = (scheduler: Parameters<typeof connected>[0], given: Partial<StageOptions>) => {
    const parts = connected(scheduler, { ...options, ...given });
    const link3 = parts.socket();
    link3.connect$(peer).subscribe();
    parts.modem.heard.length = 0;
    return { ...parts, link3 };
  };

  it(
    'a block that pauses for half a second is cut off: EIO, and what follows is not its rest',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a 599ms b', { a: '\r\n+IPD,4,60:cut off', b: '\r\n+IPD,3,2:hi' });
      const { link4, link3 } = two(scheduler, { unasked$, script: [both] });
      expectObservable(link4.data$.pipe(text(), code())).toBe('- 500ms #', {}, 'EIO');
      expectObservable(link3.data$.pipe(text())).toBe('- 600ms a', { a: 'hi' });
    }),
  );

  it(
    'a line that is as slow as it may be is waited for',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a 89ms b 89ms c', { a: '\r\n+IPD,4,6:ab', b: 'cd', c: 'ef' });
      const patient = two(scheduler, { unasked$, longestPause: 100 });
      expectObservable(patient.link4.read$(6).pipe(text())).toBe('- 180ms (a|)', { a: 'abcdef' });
      const hasty = two(scheduler, { unasked$, longestPause: 80 });
      expectObservable(hasty.link4.data$.pipe(text(), code())).toBe('- 80ms #', {}, 'EIO');
    }),
  );

  it(
    'boot noise is no data, and a restart whose ready is taken for data is noticed: the modem is set up again',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const noise = '\x00\xe4\x8c\xf2\x1e|\x00\x92b\x9c>\xf3\n\xfe+\x00\xc6\xe0\x1c\n';
      const unasked$ = cold('-a 59ms n 299ms r', {
        a: '\r\n+IPD,4,1460:cut off',
        n: noise,
        r: '\r\nready\r\n',
      });
      const script: Rule[] = [
        ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
        ['AT+CIPMUX?', '+CIPMUX:0\r\n\r\nOK\r\n'],
        ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
      ];
      const { link4, link3, nic, modem } = two(scheduler, { unasked$, script });
      expectObservable(link4.data$.pipe(text(), code())).toBe('- 860ms #', {}, 'ECONNRESET');
      expectObservable(link3.data$.pipe(text(), code())).toBe('- 860ms #', {}, 'ECONNRESET');
      expectObservable(nic.status$.pipe(map((status) => status.modem))).toBe('u 860ms (su)', {
        u: 'up',
        s: 'starting',
      });
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 3), ['AT+CIPMUX?', 'AT', 'ATE0']);
    }),
  );

  it.each(['WIF DISCONNECT', 'WIFI DISCONECT', 'WIFI DISCONNECT3,CLOSED'])(
    'the loss of the network, of which %j is left: no link ends in order',
    (left) => {
      marbles(({ cold, expectObservable }, scheduler) => {
        const unasked$ = cold('-a-b', { a: 'WIFI GOT IP\r\n', b: `${left}\r\n4,CLOSED\r\n` });
        const parts = stage(scheduler, { ...options, unasked$, script: [both] });
        const link4 = parts.socket();
        const data$ = cold('--a').pipe(
          mergeMap(() => link4.connect$(peer)),
          mergeMap(() => link4.data$),
          code(),
        );
        const how = left.endsWith('CLOSED') ? 'EIO' : 'ENETDOWN';
        expectObservable(data$).toBe('---#', {}, how);
      })();
    },
  );

  it(
    'a byte lost in a block: EIO for its link alone, and the next message is whole',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,5:hell\r\n+IPD,3,2:hi\r\n+IPD,4,4:more3,CLOSED\r\n' });
      const { link4, link3 } = two(scheduler, { unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
      expectObservable(link3.data$.pipe(text())).toBe('-(a|)', { a: 'hi' });
    }),
  );

  it.each([
    ['the plus', 'IPD,4,5:hello'],
    ['a letter', '+PD,4,5:hello'],
    ['the number of the link', '+IPD,,5:hello'],
    ['a comma, so that the length could be one', '+IPD,45:hello'],
    ['all that stands before the data', 'hello'],
    ['a bit', '+IPD,4,5\x1ahello'],
  ])('a header that has lost %s: EIO for all, behind what came whole, and nothing from then on', (__, damaged) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a-b', {
        a: '\r\n+IPD,4,3:abc',
        b: `\r\n${damaged}\r\n+IPD,4,3:def\r\n+IPD,3,3:def`,
      });
      const { link4, link3 } = two(scheduler, { unasked$ });
      // It may be the noise of a start, too, and is no longer than that looked into.
      const wait = damaged.startsWith('+IPD,45') ? '-a-#' : '-a- 3s #';
      expectObservable(link4.data$.pipe(text(), code())).toBe(wait, { a: 'abc' }, 'EIO');
      expectObservable(link3.data$.pipe(text(), code())).toBe(wait.replace('a', '-'), {}, 'EIO');
    })();
  });

  it(
    'a length that cannot be is not waited for: EIO for all',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: `\r\n+IPD,4,9460:${'x'.repeat(1460)}\r\n+IPD,3,2:hi` });
      const { link4, link3 } = two(scheduler, { unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
      expectObservable(link3.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    }),
  );

  it(
    'a length that is too large and can be swallows data of another link: EIO for both',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,25:hello\r\n+IPD,3,2:hi\r\n+IPD,3,5:hello\r\n+IPD,3,9:and so on' });
      const { link4, link3 } = two(scheduler, { unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
      expectObservable(link3.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    }),
  );

  it(
    'data of a link that is not there are those of another: EIO for all',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,0,2:hi\r\n+IPD,4,3:abc' });
      const { link4 } = two(scheduler, { unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('- 3s #', {}, 'EIO');
    }),
  );

  it(
    'data of a link that was closed a moment ago harm nobody',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a-b', { a: '3,CLOSED\r\n', b: '\r\n+IPD,3,4:late\r\n+IPD,4,3:abc' });
      const { link4 } = two(scheduler, { unasked$ });
      expectObservable(link4.data$.pipe(text())).toBe('---a', { a: 'abc' });
    }),
  );

  it(
    'an end that is lost is found out by asking: EIO',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = two(scheduler, { longestQuiet: 10_000 });
      expectObservable(link4.recv$(5).pipe(code())).toBe('2100ms #', {}, 'EIO');
    }),
  );

  it(
    'an end behind an answer that has no such link any more is an end like any other',
    marbles(({ expectObservable }, scheduler) => {
      const ended = 'STATUS:3\r\n\r\nOK\r\n\r\n+IPD,4,4:last4,CLOSED\r\n';
      const { link4 } = two(scheduler, { longestQuiet: 10_000, script: [both, ['AT+CIPSTATUS', ended]] });
      expectObservable(link4.read$().pipe(text(), code())).toBe('2s (a|)', { a: 'last' });
    }),
  );

  it(
    'an end is not made of an answer that is damaged',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [
        both,
        ['AT+CIPSTATUS', 1, 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,5123\r\n\r\nOK\r\n'],
        ['AT+CIPSTATUS', 'STATUS:4\r\n\r\nOK\r\n'],
      ];
      const { link4 } = two(scheduler, { longestQuiet: 10_000, script });
      expectObservable(concat(cold('1ms |').pipe(ignoreElements()), link4.recv$(5)).pipe(code())).toBe(
        '6101ms #',
        {},
        'EIO',
      );
    }),
  );
});

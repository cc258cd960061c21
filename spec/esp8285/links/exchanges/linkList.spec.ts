import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';

import { askForLinks, type LinkList } from '../../../../src/esp8285/links/exchanges/linkList';
import type { Rule } from '../../../../src/testing';
import { conversation } from '../../../../harness/modems/conversation';
import { espAt222, type Firmware, nonos15, nonos174 } from '../../../../harness/modems/firmware';
import { code, connected, text } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const ok = '\r\n\r\nOK\r\n';

function listOf(script: readonly Rule[]): LinkList | undefined {
  const scheduler = new VirtualTimeScheduler();
  const { executor } = conversation(scheduler, { script });
  let list: LinkList | undefined;
  executor
    .run({ shown: 'links', deadline: 1_000, converse: askForLinks })
    .subscribe({ next: (found) => (list = found), error: () => undefined });
  scheduler.flush();
  return list;
}

const four = { id: 4, remote: { address: '192.0.2.9', port: 80 }, isClients: false };

describe('the list of links', () => {
  it.each([
    ['AT 1.x, ESP-AT 2.x', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.0.2.9",80,51234,0'],
    ['AT 0.2x, without a port of its own', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.0.2.9",80,0'],
    ['blanks after colons and commas', 'STATUS: 3\r\n+CIPSTATUS: 4, "TCP", "192.0.2.9", 80, 51234, 0'],
    ['a name in front of the state', '+STATUS:3\r\n+CIPSTATUS:4,"TCP","192.0.2.9",80,51234,0'],
    ['no quotes', 'STATUS:3\r\n+CIPSTATUS:4,TCP,192.0.2.9,80,51234,0'],
    ['a log line in between', 'STATUS:3\r\nwifi:bcn_timout\r\n+CIPSTATUS:4,"TCP","192.0.2.9",80,51234,0'],
  ])('is understood by its shape: %s', (_, said) => {
    expect(listOf([['AT+CIPSTATUS', `${said}${ok}`]])).toEqual({ links: [four], isComplete: true });
  });

  it('is asked for in the new way where the old one is refused', () => {
    const refused: Rule = ['AT+CIPSTATUS', '\r\nERROR\r\n'];
    const said = '+CIPSTATE:4,"TCP","192.0.2.9",80,51234,0\r\n+CIPSTATE:0,"TCPv6","2001:db8::1",80,51235,1';
    expect(listOf([refused, ['AT+CIPSTATE?', `${said}${ok}`]])).toEqual({
      links: [four, { id: 0, remote: { address: '2001:db8::1', port: 80 }, isClients: true }],
      isComplete: true,
    });
    expect(listOf([refused, ['AT+CIPSTATE?', ok]])).toEqual({ links: [], isComplete: true });
    expect(listOf([refused, ['AT+CIPSTATE?', '\r\nERROR\r\n']])).toEqual({ links: [], isComplete: false });
  });

  it.each([
    ['without its state', '+CIPSTATUS:4,"TCP","192.0.2.9",80,51234,0'],
    ['with a line that lacks its beginning', 'STATUS:3\r\nSTATUS:3,"TCP","192.0.2.9",80,51234,0'],
    ['with the rest of a line', 'STATUS:3\r\n192.0.2.9",80,51234,0'],
    ['with a number that cannot be', 'STATUS:3\r\n+CIPSTATUS:7,"TCP","192.0.2.9",80,51234,0'],
    ['of nothing', ''],
  ])('says nothing of links that it does not name: %s', (_, said) => {
    expect(listOf([['AT+CIPSTATUS', `${said}${ok}`]])?.isComplete).toBe(false);
  });
});

const lists: readonly (readonly [string, readonly Rule[]])[] = [
  ['lacks it', [['AT+CIPSTATUS', 'STATUS:3\r\n\r\nOK\r\n']]],
  ['is refused', [['AT+CIPSTATUS', '\r\nERROR\r\n']]],
  [
    'is another one, and lacks it',
    [
      ['AT+CIPSTATUS', '\r\nERROR\r\n'],
      ['AT+CIPSTATE?', '\r\nOK\r\n'],
    ],
  ],
];

describe.each<readonly [string, Firmware, boolean]>([
  ['AT 1.5', nonos15, false],
  ['AT 1.7.4', nonos174, true],
  ['ESP-AT 2.2.2', espAt222, true],
])('a connection that carries data, %s', (_, firmware, isPulled) => {
  it.each(lists)('lives on when the list %s', (__, script) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      // Data every 4 s; the modem is asked 2 s after each.
      const waiting = isPulled ? '\r\n+IPD,4,4\r\n' : '\r\n+IPD,4,4:data';
      const unasked$ = cold('a 3999ms a 3999ms a', { a: waiting });
      const reads: Rule[] = [
        ['AT+CIPRECVLEN?', '+CIPRECVLEN:0,0,0,0,0\r\n\r\nOK\r\n'],
        [/^AT\+CIPRECVDATA=4,/, firmware.read('data')],
      ];
      const { link4 } = connected(scheduler, {
        firmware,
        script: [...script, ...reads],
        unasked$,
        longestQuiet: 10_000,
      });
      scheduler.maxFrames = 12_000;
      expectObservable(link4.data$.pipe(text(), code()), '^ 8500ms !').toBe('a 3999ms a 3999ms a', { a: 'data' });
    })();
  });

  it('that is quiet, and not in the list, has ended: never cleanly', () => {
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSTATUS', 'STATUS:4\r\n\r\nOK\r\n'],
        ['AT+CIPRECVLEN?', '+CIPRECVLEN:0,0,0,0,0\r\n\r\nOK\r\n'],
        [/^AT\+CIPRECVDATA=4,/, '\r\nERROR\r\n'],
      ];
      const { link4 } = connected(scheduler, { firmware, script, longestQuiet: 10_000 });
      scheduler.maxFrames = 30_000;
      expectObservable(link4.recv$(5).pipe(text(), code())).toBe('2100ms #', {}, isPulled ? 'ECONNRESET' : 'EIO');
    })();
  });
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer, start3, start4, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { c: 'closed' };
const listed: Rule = ['AT+CIPSTATUS', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,50000,0\r\n\r\nOK\r\n'];
const closed = map(() => 'closed');

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('closing, %s', (_, firmware) => {
  const refused = firmware === nonos174 ? 'UNLINK\r\n\r\nERROR\r\n' : '\r\nERROR\r\n';

  it.each<[string, Rule]>([
    ['S57 is over when the modem says so', ['AT+CIPCLOSE=4', 2, '4,CLOSED\r\n\r\nOK\r\n']],
    ['S57 is as well when the peer was first', ['AT+CIPCLOSE=4', 1, '4,CLOSED\r\n', 1, refused]],
    ['S25 is as well when the modem knows of no link', ['AT+CIPCLOSE=4', 2, refused]],
  ])('%s', (__, rule) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = connected(scheduler, { firmware, script: [rule] });
      expectObservable(link4.close$().pipe(closed)).toBe('--(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPCLOSE=4']);
    })();
  });

  it(
    'waits for nobody longer than 5 s',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = connected(scheduler, { firmware, script: [['AT+CIPCLOSE=4']] });
      expectObservable(link4.close$().pipe(closed)).toBe('5s (c|)', values);
    }),
  );

  it(
    'is done although nobody waits for its end, and the number is free then',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        [/CIPSTART=3/, 5, '3,CONNECT\r\n\r\nOK\r\n'],
        ['AT+CIPCLOSE=4', 5, '4,CLOSED\r\n\r\nOK\r\n'],
      ];
      const { link4, modem, socket } = connected(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(closed)).toBe('-----(c|)', values);
      expectObservable(link4.close$(), '--!').toBe('---');
      flush();
      assert.deepStrictEqual(modem.heard, [start3, 'AT+CIPCLOSE=4']);
      const sockets = Array.from({ length: 4 }, () => socket());
      for (const each of sockets) each.connect$(peer).subscribe();
      assert.strictEqual(modem.heard.at(-1), start4);
    }),
  );

  it(
    'has nothing to say when the peer has closed, and does no harm twice',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a', { a: '4,CLOSED\r\n' });
      const { link4, modem } = connected(scheduler, { firmware, receive: 'pushed', unasked$ });
      expectObservable(link4.read$().pipe(text())).toBe('-(e|)', { e: '' });
      flush();
      for (let times = 0; times < 2; times++) expectObservable(link4.close$().pipe(closed)).toBe('-(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it(
    'S13 the loss of the Wi-Fi ends links when the modem says so, and no sooner: ENETDOWN',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-d---c-g', {
        d: 'WIFI DISCONNECT\r\n',
        c: '4,CLOSED\r\n',
        g: 'WIFI CONNECTED\r\nWIFI GOT IP\r\n',
      });
      const script: Rule[] = [
        ['AT+CIPSTATUS', 'STATUS:3\r\n+CIPSTATUS:3,"TCP","192.168.1.9",80,50000,0\r\n\r\nOK\r\n'],
      ];
      const { link4, nic, socket } = connected(scheduler, { firmware, script, receive: 'pushed', unasked$ });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      expectObservable(link4.data$.pipe(text(), code())).toBe('-----#', {}, 'ENETDOWN');
      expectObservable(link3.data$.pipe(text(), code())).toBe('-');
      expectObservable(nic.status$.pipe(map(({ wifi }) => wifi))).toBe('ud-----(ju)', {
        u: 'up',
        d: 'down',
        j: 'joining',
      });
    }),
  );

  it(
    'a link that is listed when the network is back, and ends within 2 s, has not been ended by its peer: ENETDOWN',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-d---g 1s c', {
        d: 'WIFI DISCONNECT\r\n',
        g: 'WIFI CONNECTED\r\nWIFI GOT IP\r\n',
        c: '4,CLOSED\r\n',
      });
      const { link4 } = connected(scheduler, { firmware, script: [listed], receive: 'pushed', unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe('6ms 1s #', {}, 'ENETDOWN');
    }),
  );

  it.each<[string, string, string, Record<string, string>]>([
    ['ends later', '-d---g 2s c', '6ms 2s |', {}],
    ['has brought data since', '-d---g-t-c', '-------t-|', { t: 'text' }],
  ])('a link that is listed when the network is back, and %s, has been ended by its peer', (__, said, read, data) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold(said, {
        d: 'WIFI DISCONNECT\r\n',
        g: 'WIFI CONNECTED\r\nWIFI GOT IP\r\n',
        t: '\r\n+IPD,4,4:text',
        c: '4,CLOSED\r\n',
      });
      const { link4 } = connected(scheduler, { firmware, script: [listed], receive: 'pushed', unasked$ });
      expectObservable(link4.data$.pipe(text(), code())).toBe(read, data);
    })();
  });
});

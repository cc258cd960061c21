import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { espAt222, type Firmware, nonos174 } from '../../../../harness/modems/firmware';
import { code, connected, peer, text } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const nothing: Rule = [/^AT\+CIPRECVDATA/, 1, '\r\nERROR\r\n'];

describe('the end of a link that is pulled', () => {
  const announced = '\r\n+IPD,4,10\r\n';
  const all = '0123456789';
  const read = (firmware: Firmware, size: number, data: string): Rule => [
    `AT+CIPRECVDATA=4,${size}`,
    1,
    firmware.read(data),
  ];

  it(
    'S49 AT 1.7 says CLOSED while data wait: they come first, and EOF when it has no more',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: `${announced}4,CLOSED\r\n` });
      const script: Rule[] = [read(nonos174, 10, all), nothing];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---a|', { a: all });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=4,10', 'AT+CIPRECVDATA=4,2048']);
    }),
  );

  it(
    'S49 AT 1.7 has more than it has announced',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '4,CLOSED\r\n' });
      const script: Rule[] = [read(nonos174, 2048, all), read(nonos174, 2048, 'more'), nothing];
      const { link4 } = connected(scheduler, { firmware: nonos174, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---ab|', { a: all, b: 'more' });
    }),
  );

  it(
    'AT 1.7 loses what it has announced: ECONNRESET, never a short EOF',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: `${announced}4,CLOSED\r\n` });
      const { link4 } = connected(scheduler, { firmware: nonos174, unasked$, script: [nothing] });
      // It is asked twice.
      expectObservable(link4.data$.pipe(text(), code())).toBe('----#', {}, 'ECONNRESET');
    }),
  );

  it(
    'AT 1.7 loses the last part of what it has announced: ECONNRESET after the first part',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: `${announced}4,CLOSED\r\n` });
      const script: Rule[] = [read(nonos174, 10, '0123'), nothing];
      const { link4 } = connected(scheduler, { firmware: nonos174, unasked$, script });
      expectObservable(link4.data$.pipe(text(), code())).toBe('---a-#', { a: '0123' }, 'ECONNRESET');
    }),
  );

  it(
    'S50 ESP-AT holds CLOSED back until all is read',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: announced });
      const script: Rule[] = [['AT+CIPRECVDATA=4,10', 1, espAt222.read(all), '4,CLOSED\r\n'], nothing];
      const { link4 } = connected(scheduler, { firmware: espAt222, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---a|', { a: all });
    }),
  );

  it(
    'waits for a reader that has no room, and keeps the number meanwhile',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,3,10\r\n3,CLOSED\r\n' });
      const script: Rule[] = [
        ['AT+CIPRECVDATA=3,4', 1, nonos174.read('0123')],
        ['AT+CIPRECVDATA=3,4', 1, nonos174.read('4567')],
        ['AT+CIPRECVDATA=3,4', 1, nonos174.read('89')],
        nothing,
      ];
      const { modem, socket } = connected(scheduler, { firmware: nonos174, unasked$, script });
      const slow = socket({ receiveBuffer: 4 });
      slow.connect$(peer).subscribe();
      modem.heard.length = 0;
      const reading$ = concat(
        cold('20ms |').pipe(ignoreElements()),
        slow.recv$(4),
        slow.recv$(4),
        slow.recv$(4),
        slow.recv$(4),
      );
      expectObservable(reading$.pipe(text())).toBe('20ms abc(d|)', { a: '0123', b: '4567', c: '89', d: '' });
      flush();
      assert.deepStrictEqual(modem.heard, Array(4).fill('AT+CIPRECVDATA=3,4'));
    }),
  );

  it(
    'does not delay a close: the number is free at once',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '4,CLOSED\r\n' });
      const script: Rule[] = [[/^AT\+CIPRECVDATA/, 5, '\r\nERROR\r\n']];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, unasked$, script });
      const closing$ = concat(cold('----|'), link4.close$());
      expectObservable(closing$.pipe(map(() => 'closed'))).toBe('----(c|)', { c: 'closed' });
      flush();
      assert.ok(!modem.heard.includes('AT+CIPCLOSE=4'));
    }),
  );

  it(
    'has been reached before the socket reads: data first, then EOF, again and again',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: `${announced}4,CLOSED\r\n` });
      const { link4 } = connected(scheduler, {
        firmware: nonos174,
        unasked$,
        script: [read(nonos174, 10, all), nothing],
      });
      const late$ = concat(cold('20ms |').pipe(ignoreElements()), link4.recv$(99), link4.recv$(99), link4.recv$(99));
      expectObservable(late$.pipe(text())).toBe('20ms (aee|)', { a: all, e: '' });
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map, merge, of, switchMap } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, peer, stage, start3, start4, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { c: 'connected' };
const connectedNow = map(() => 'connected');
const opened: Rule = [/^AT\+CIPSTART=(\d)/, 5, '$1,CONNECT\r\n\r\nOK\r\n'];
const refused = '\r\nERROR\r\n';

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('connecting, %s', (_, firmware) => {
  it(
    'S15 is over when the modem says CONNECT; its OK may be lost',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[start4, 5, '4,CONNECT\r\n', 2, '\r\nOK\r\n']];
      const { socket, modem } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(connectedNow)).toBe('-----(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [start4]);
    }),
  );

  it(
    'S16 is refused quickly: ECONNREFUSED; a CLOSED after that does no harm',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[start4, 40, refused, 32, '4,CLOSED\r\n'], opened];
      const { socket, modem } = stage(scheduler, { firmware, script });
      const second = socket();
      expectObservable(socket().connect$(peer).pipe(code())).toBe('40ms #', values, 'ECONNREFUSED');
      expectObservable(second.connect$(peer).pipe(connectedNow)).toBe('45ms (c|)', values);
      expectObservable(second.state$).toBe('a 44ms b', { a: 'connecting', b: 'connected' });
      flush();
      assert.deepStrictEqual(modem.heard, [start4, 'AT+CIPSTATUS', start3]);
    }),
  );

  it(
    'S17 is refused late, because the host does not answer: ETIMEDOUT',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = stage(scheduler, { firmware, script: [[start4, 18_000, refused]] });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('18s #', values, 'ETIMEDOUT');
    }),
  );

  it(
    'S17 is given up after a minute, and what comes to be later is closed before its number is used again',
    marbles(({ expectObservable, flush }, scheduler) => {
      const busy: Rule = ['AT+CIPMUX?', '\r\nbusy p...\r\n'];
      const inStep: Rule = ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'];
      // The set-up asks once; then it is asked each 2.5 s whether it is still at it, and in the end until it is not.
      const script: Rule[] = [
        [start4, 70_000, '4,CONNECT\r\n\r\nOK\r\n'],
        inStep,
        ...Array.from({ length: 23 + 14 }, () => busy),
        inStep,
      ];
      const { socket, modem } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('60s #', values, 'ETIMEDOUT');
      flush();
      assert.deepStrictEqual(modem.heard, [
        start4,
        ...Array.from({ length: 23 + 15 }, () => 'AT+CIPMUX?'),
        'AT+CIPCLOSE=4',
      ]);
    }),
  );

  it(
    'measures the patience of the peer, not of a busy modem',
    marbles(({ expectObservable }, scheduler) => {
      const busy: Rule = [start4, '\r\nbusy p...\r\n'];
      const script: Rule[] = [busy, busy, busy, busy, busy, busy, busy, [start4, 10, refused]];
      const { socket } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('3560ms #', values, 'ECONNREFUSED');
    }),
  );

  it(
    'S14 fails off the network: ENETUNREACH',
    marbles(({ expectObservable }, scheduler) => {
      const said = firmware === nonos174 ? 'no ip\r\n\r\nERROR\r\n' : refused;
      const { socket } = stage(scheduler, {
        firmware,
        script: [
          ['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n'],
          [start4, 3, said],
        ],
      });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('---#', values, 'ENETUNREACH');
    }),
  );

  it(
    'S19 takes another number when the modem has one in use, and has the old connection closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] =
        firmware === nonos174
          ? [[start4, 3, 'ALREADY CONNECTED\r\n\r\nERROR\r\n'], opened]
          : [
              [start4, 3, refused],
              opened,
              ['AT+CIPSTATUS', 'STATUS:2\r\n\r\nOK\r\n'],
              ['AT+CIPSTATUS', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","10.0.0.1",80,5000,0\r\n\r\nOK\r\n'],
            ];
      const { socket, modem } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(connectedNow)).toBe('--------(c|)', values);
      flush();
      assert.deepStrictEqual(
        modem.heard.filter((line) => line !== 'AT+CIPSTATUS'),
        [start4, 'AT+CIPCLOSE=4', start3],
      );
    }),
  );

  it(
    'S19 gives up when the next number is in use too: EIO, because no peer was asked',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [[/CIPSTART/, 3, 'ALREADY CONNECTED\r\n\r\nERROR\r\n']];
      const { socket } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('------#', values, 'EIO');
    }),
  );

  it(
    'takes OK without CONNECT for a refusal, as AT 1.x says it to a failed start',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = stage(scheduler, { firmware, script: [[start4, 3, '4,CLOSED\r\n\r\nOK\r\n']] });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('---#', values, 'ECONNREFUSED');
    }),
  );

  it(
    'opens five links, from 4 down, and no sixth: EMFILE; one that is closed makes room',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware });
      const sockets = Array.from({ length: 6 }, () => socket());
      const five$ = merge(...sockets.slice(0, 5).map((each) => each.connect$(peer))).pipe(ignoreElements());
      const sixth$ = sockets[5]!.connect$(peer).pipe(connectedNow);
      expectObservable(concat(five$, sixth$).pipe(code())).toBe('#', values, 'EMFILE');
      expectObservable(
        concat(
          of('-')
            .pipe(switchMap(() => sockets[1]!.close$()))
            .pipe(ignoreElements()),
          sixth$,
        ),
      ).toBe('(c|)', values);
      flush();
      const numbers = modem.heard.map((line) => /^AT\+CIP(?:START|CLOSE)=\d/.exec(line)?.[0]);
      assert.deepStrictEqual(
        numbers,
        ['4', '3', '2', '1', '0'].map((id) => `AT+CIPSTART=${id}`).concat('AT+CIPCLOSE=3', 'AT+CIPSTART=3'),
      );
    }),
  );

  it(
    'is given up in flight: the link is closed when it comes to be, and its number is free',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware, script: [opened] });
      expectObservable(socket().connect$(peer), '--!').toBe('---');
      flush();
      assert.deepStrictEqual(modem.heard, [start4, 'AT+CIPCLOSE=4']);
      const all = merge(...Array.from({ length: 5 }, () => socket().connect$(peer))).pipe(connectedNow);
      expectObservable(all).toBe('10ms c----c----c----c----(c|)', values);
    }),
  );

  it(
    'is given up in flight and refused: nothing is closed, and the number is free',
    marbles(({ expectObservable, flush }, scheduler) => {
      const atOnce: Rule = [/CIPSTART=(\d)/, '$1,CONNECT\r\n\r\nOK\r\n'];
      const script: Rule[] = [[start4, 5, 'no ip\r\n\r\nERROR\r\n'], atOnce];
      const { socket, modem } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer), '--!').toBe('---');
      flush();
      assert.deepStrictEqual(modem.heard, [start4]);
      const all$ = merge(...Array.from({ length: 5 }, () => socket().connect$(peer))).pipe(connectedNow);
      expectObservable(all$).toBe('-----(ccccc|)', values);
    }),
  );

  it(
    'is given up before its turn: nothing is said, and the number is free',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware, script: [opened] });
      expectObservable(socket().connect$(peer).pipe(connectedNow)).toBe('-----(c|)', values);
      expectObservable(socket().connect$(peer), '--!').toBe('---');
      flush();
      assert.deepStrictEqual(modem.heard, [start4]);
      const others$ = merge(...Array.from({ length: 4 }, () => socket().connect$(peer))).pipe(connectedNow);
      expectObservable(others$).toBe('10ms c----c----c----(c|)', values);
    }),
  );

  it(
    'waits no longer than settimeout says, and leaves the link to be closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware, script: [[start4, 8_000, '4,CONNECT\r\n\r\nOK\r\n']] });
      const impatient = socket();
      impatient.settimeout(5);
      expectObservable(impatient.connect$(peer).pipe(code())).toBe('5s #', values, 'ETIMEDOUT');
      flush();
      assert.deepStrictEqual(
        modem.heard.filter((line) => line !== 'AT+CIPMUX?'),
        [start4, 'AT+CIPCLOSE=4'],
      );
    }),
  );

  it(
    'loses no data that stand between CONNECT and OK, nor the end after them',
    marbles(({ expectObservable }, scheduler) => {
      const pushes = { firmware, receive: 'pushed' } as const;
      const script: Rule[] = [
        [start4, 5, '4,CONNECT\r\n\r\n+IPD,4,3:abc', 1, '\r\n+IPD,4,2:de4,CLOSED\r\n', 1, '\r\nOK\r\n'],
      ];
      const { socket } = stage(scheduler, { ...pushes, script });
      const early = socket();
      expectObservable(
        early.connect$(peer).pipe(
          switchMap(() => early.data$),
          text(),
        ),
      ).toBe('-----a(b|)', { a: 'abc', b: 'de' });
    }),
  );
});

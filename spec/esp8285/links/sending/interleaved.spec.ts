import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map, type SchedulerLike } from 'rxjs';

import { nonos174 } from '../../../../harness/modems/firmware';
import { code, peer, stage } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';
import type { Rule } from '../../../../src/testing';

const sent = map(() => 'sent');
const values = { s: 'sent' };
const taken = '\r\nRecv 5 bytes\r\n';
const ok = (link: number, segment: number) => `\r\n${link},${segment},SEND OK\r\n`;
const prompted = (link: number, segment: number): Rule => [
  `AT+CIPSENDBUF=${link},5`,
  `${segment},0\r\n`,
  nonos174.prompt,
];

/** Two sockets that are connected at time 0. The segments of each link are numbered from 1. */
function two(scheduler: SchedulerLike, script: Rule[], sendAhead = false) {
  const { socket, modem } = stage(scheduler, { firmware: nonos174, script, receive: 'pushed' });
  const [link4, link3] = [socket(), socket({ sendAhead })];
  link4.connect$(peer).subscribe();
  link3.connect$(peer).subscribe();
  modem.heard.length = 0;
  return { link4, link3, modem };
}

describe('segments of two links', () => {
  it(
    'are under way side by side, and each call ends with the result of its own link',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, link3, modem } = two(scheduler, [
        ...[prompted(4, 1), ['a4...', taken] as Rule],
        ...[prompted(3, 1), ['a3...', taken] as Rule],
        ...[prompted(4, 2), ['b4...', taken] as Rule],
        ...[prompted(3, 2), ['b3...', taken, 3, ok(3, 1), 2, ok(4, 1), 2, ok(4, 2), 2, ok(3, 2)] as Rule],
      ]);
      expectObservable(link4.sendall$('a4...').pipe(sent)).toBe('-----(s|)', values);
      expectObservable(link3.sendall$('a3...').pipe(sent)).toBe('---(s|)', values);
      expectObservable(link4.sendall$('b4...').pipe(sent)).toBe('-------(s|)', values);
      expectObservable(link3.sendall$('b3...').pipe(sent)).toBe('---------(s|)', values);
      flush();
      assert.deepStrictEqual(
        modem.heard,
        ['4 a4...', '3 a3...', '4 b4...', '3 b3...'].flatMap((each) => {
          const [link, word] = each.split(' ');
          return [`AT+CIPSENDBUF=${link},5`, word];
        }),
      );
    }),
  );

  it(
    'with the same number are not confused, when the result of one comes between number, prompt and Recv of the other',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ...[prompted(4, 1), ['a4...', taken] as Rule],
        ...[prompted(4, 2), ['b4...', taken] as Rule],
        ['AT+CIPSENDBUF=3,5', 2, '1,0\r\n', ok(4, 2), 2, nonos174.prompt],
        ['a3...', 2, ok(4, 1), 2, taken, 9, ok(3, 1)],
      ];
      const { link4, link3 } = two(scheduler, script, true);
      expectObservable(link4.sendall$('a4...').pipe(sent)).toBe('--(s|)', values);
      expectObservable(link4.sendall$('b4...').pipe(sent)).toBe('--(s|)', values);
      expectObservable(concat(link3.send$('a3...').pipe(sent), link3.close$().pipe(ignoreElements()))).toBe(
        '8ms s 8ms |',
        values,
      );
    }),
  );

  it(
    'fail alone: the other link goes on',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { link4, link3, modem } = two(scheduler, [
        ...[prompted(4, 1), ['a4...', taken] as Rule],
        ...[prompted(3, 1), ['a3...', taken, 3, '\r\n4,1,SEND FAIL\r\n', 4, ok(3, 1)] as Rule],
        ...[prompted(3, 2), ['b3...', taken, 5, ok(3, 2)] as Rule],
      ]);
      expectObservable(link4.sendall$('a4...').pipe(code())).toBe('1503ms #', undefined, 'EIO');
      expectObservable(link3.sendall$('a3...').pipe(sent)).toBe('-------(s|)', values);
      const later$ = concat(cold('2s |').pipe(ignoreElements()), link3.sendall$('b3...').pipe(sent));
      expectObservable(later$).toBe('2005ms (s|)', values);
      flush();
      assert.deepStrictEqual([link4.bytesAcknowledged, link3.bytesAcknowledged], [0, 10]);
      assert.ok(!modem.heard.includes('AT+CIPSENDBUF=4,5', 1));
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, map } from 'rxjs';

import type { Rule } from '../../src/testing';
import { espAt222, nonos15, nonos174 } from '../support/firmware';
import { code, connected, peer } from '../support/stage';
import { marbles } from '../streams/marbles';

const values = { c: 'closed' };
const closed = map(() => 'closed');
/** The modem is busy with a send over link 3 until it has said this. */
const slow: Rule = ['hello', '\r\nRecv 5 bytes\r\n', 9, '\r\nSEND OK\r\n'];

describe.each([
  ['AT 1.7.4', nonos174, true],
  ['AT 1.5', nonos15, false],
  ['ESP-AT 2.2.2', espAt222, true],
])('a number that is free while a command for it waits, %s', (_, firmware, passiveReceive) => {
  const unasked = { c: '4,CLOSED\r\n' };

  it(
    'is not closed: it may be of somebody else by now',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const parts = connected(scheduler, {
        firmware,
        passiveReceive,
        script: [slow],
        unasked$: cold('---c', unasked),
      });
      const link3 = parts.socket();
      link3
        .connect$(peer)
        .pipe(concatMap(() => link3.sendall$('hello')))
        .subscribe();
      // Where the modem may hold data of a closed connection, it is over when its turn comes.
      expectObservable(parts.link4.close$().pipe(closed)).toBe(passiveReceive ? '---------(c|)' : '---(c|)', values);
      flush();
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=4'), parts.modem.heard.join());
    }),
  );

  it(
    'is not sent to: EPIPE',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const parts = connected(scheduler, {
        firmware,
        passiveReceive,
        script: [slow],
        unasked$: cold('---c', unasked),
      });
      const link3 = parts.socket();
      link3
        .connect$(peer)
        .pipe(concatMap(() => link3.sendall$('hello')))
        .subscribe();
      expectObservable(parts.link4.sendall$('for the peer alone').pipe(code())).toBe('---------#', undefined, 'EPIPE');
      flush();
      assert.ok(!parts.modem.heard.some((line) => line.startsWith('AT+CIPSEND=4')), parts.modem.heard.join());
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, map, type Observable } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';

import type { Rule } from '../../../src/testing';
import type { Socket } from '../../../src/usocket';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer, stage, type Stage, start3, start4 } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { c: 'closed' };
const closed = map(() => 'closed');
/** The modem is busy with a send over link 3 until it has said this. */
const slow: Rule = ['hello', '\r\nRecv 5 bytes\r\n', 9, '\r\nSEND OK\r\n'];

describe.each([
  ['AT 1.7.4', nonos174, true],
  ['AT 1.5', nonos15, false],
  ['ESP-AT 2.2.2', espAt222, true],
])('a number that is free while a command for it waits, %s', (_, firmware, isPulled) => {
  const unasked = { c: '4,CLOSED\r\n' };

  /** Link 4 is connected, and a send over link 3 is under way. */
  function busy(scheduler: TestScheduler, unasked$: Observable<string>) {
    const parts = connected(scheduler, { firmware, script: [slow], unasked$ });
    const link3 = parts.socket();
    link3
      .connect$(peer)
      .pipe(concatMap(() => link3.sendall$('hello')))
      .subscribe();
    return parts;
  }

  it(
    'is not closed: it may be of somebody else by now',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const parts = busy(scheduler, cold('---c', unasked));
      // Where the modem may hold data of a closed connection, it is over when its turn comes.
      expectObservable(parts.link4.close$().pipe(closed)).toBe(isPulled ? '---------(c|)' : '---(c|)', values);
      flush();
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=4'), parts.modem.heard.join());
    }),
  );

  it(
    'is not sent to: EPIPE',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const parts = busy(scheduler, cold('---c', unasked));
      expectObservable(parts.link4.sendall$('for the peer alone').pipe(code())).toBe('---------#', undefined, 'EPIPE');
      flush();
      assert.ok(!parts.modem.heard.some((line) => line.startsWith('AT+CIPSEND=4')), parts.modem.heard.join());
    }),
  );
});

const ok = '\r\nOK\r\n';
const client = (id: number) => `+CIPSTATUS:${id},"TCP","192.168.1.7",50000,80,1\r\n`;
const listening: readonly Rule[] = [
  [/^AT\+CIP(?:SERVER=1|STO)/, ok],
  [/^AT\+CIPSTATUS/, `STATUS:3\r\n${client(3)}${client(4)}${ok}`],
];
const results = { s: 'started', a: '192.168.1.7,50000' };
const accepted = map(([, address]: readonly [unknown, unknown]) => String(address));

const serving = (parts: Stage): Socket => {
  const server = parts.socket();
  concat(server.bind$(['0.0.0.0', 80]), server.listen$()).subscribe();
  parts.modem.heard.length = 0;
  return server;
};

it(
  'a number that AT 1.7 gives to a client before what it held of the last connection was read: ECONNRESET for that',
  marbles(({ cold, expectObservable }, scheduler) => {
    const script: Rule[] = [[/^AT\+CIPRECVDATA=4/, 5, '\r\nERROR\r\n'], ...listening];
    const unasked$ = cold('-abc', { a: '\r\n+IPD,4,5\r\n', b: '4,CLOSED\r\n', c: '4,CONNECT\r\n' });
    const parts = connected(scheduler, { firmware: nonos174, script, unasked$ });
    const server = serving(parts);
    expectObservable(parts.link4.read$().pipe(code())).toBe('---#', undefined, 'ECONNRESET');
    expectObservable(server.accept$().pipe(accepted)).toBe('------(a|)', results);
  }),
);

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a number that the modem gives to a client just when it is wanted, %s', (_, firmware) => {
  const start2 = start3.replace('=3', '=2');
  const startsOrCloses = (line: string) => /START=|CLOSE/.test(line);
  const started = map(() => 'started');

  it(
    'is the client’s while the start waits, which takes another one',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[start4, 5, `4,CONNECT\r\n${ok}`], ...listening];
      const parts = stage(scheduler, { firmware, script, unasked$: cold('---c', { c: '3,CONNECT\r\n' }) });
      const server = serving(parts);
      expectObservable(parts.socket().connect$(peer).pipe(started)).toBe('-----(s|)', results);
      expectObservable(parts.socket().connect$(peer).pipe(started)).toBe('-----(s|)', results);
      expectObservable(server.accept$().pipe(accepted)).toBe('-----(a|)', results);
      flush();
      assert.deepStrictEqual(parts.modem.heard.filter(startsOrCloses), [start4, start2]);
    }),
  );

  it(
    'is the client’s when the start comes too late, which takes another one',
    marbles(({ expectObservable, flush }, scheduler) => {
      const refused = firmware === nonos174 ? 'ALREADY CONNECTED\r\n\r\nERROR\r\n' : '\r\nERROR\r\n';
      const script: Rule[] = [[start4, 5, '4,CONNECT\r\n', 2, refused], ...listening];
      const parts = stage(scheduler, { firmware, script });
      const server = serving(parts);
      expectObservable(parts.socket().connect$(peer).pipe(started)).toBe('-------(s|)', results);
      expectObservable(server.accept$().pipe(accepted)).toBe('-------(a|)', results);
      flush();
      assert.deepStrictEqual(parts.modem.heard.filter(startsOrCloses), [start4, start3]);
    }),
  );

  it(
    'is its own when the list of links says so, although the result is ERROR',
    marbles(({ expectObservable, flush }, scheduler) => {
      const own = `STATUS:3\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,51234,0\r\n${ok}`;
      const damaged: Rule = [start4, 5, '4,CONNECT\r\n', 2, '\r\nERROR\r\n'];
      const script: Rule[] = [damaged, [/^AT\+CIPSTATUS/, own], [/^AT\+CIP(?:SERVER=1|STO)/, ok]];
      const parts = stage(scheduler, { firmware, script });
      const server = serving(parts);
      expectObservable(parts.socket().connect$(peer).pipe(started)).toBe('-------(s|)', results);
      expectObservable(server.accept$().pipe(accepted), '20ms !').toBe('', results);
      flush();
      assert.deepStrictEqual(parts.modem.heard.filter(startsOrCloses), [start4]);
    }),
  );
});

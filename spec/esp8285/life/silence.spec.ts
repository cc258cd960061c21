import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map, type Observable } from 'rxjs';

import type { ESP8285 } from '../../../src/esp8285';
import type { Socket } from '../../../src/usocket';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, peer, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

type Operation = (parts: { nic: ESP8285; link4: Socket; socket: () => Socket }) => Observable<unknown>;

/** How each operation ends when the modem falls silent at once, and when it does when that is known already. */
const operations: readonly (readonly [string, Operation, first: string, code: string, later: string])[] = [
  ['connect$ to a network', ({ nic }) => nic.connect$('net', 'key'), '8500ms #', 'ETIMEDOUT', 'EIO'],
  ['disconnect$', ({ nic }) => nic.disconnect$(), '5s #', 'ETIMEDOUT', 'EIO'],
  ['ifconfig$', ({ nic }) => nic.ifconfig$(), '5s #', 'ETIMEDOUT', 'EIO'],
  ['resolve', ({ nic }) => nic.resolve('a.example'), '8500ms #', 'EAI_AGAIN', 'EIO'],
  ['connect$', ({ socket }) => socket().connect$(peer), '8500ms #', 'ETIMEDOUT', 'EIO'],
  ['sendall$', ({ link4 }) => link4.sendall$('hello'), '4500ms #', 'ETIMEDOUT', 'EIO'],
];

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a modem that falls silent, %s', (_, firmware) => {
  const inStep = ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'] as const;
  // The set-up asks once.
  const script = (commands: RegExp) => [inStep, ['AT+CIPMUX?'], [commands]] as const;
  const everything =
    /^(?!AT$|ATE0|AT\+(?:GMR|CIPM|CIPSERVER|CIPCLOSE|CIPDINFO|CIPRECVMODE|CWMODE|SYSSTORE|CIPSTATUS|CIPSTART=4))/;

  it.each(operations)('ends %s within its limit', (__, operation, expected, failed) => {
    marbles(({ expectObservable }, scheduler) => {
      const parts = connected(scheduler, { firmware, script: script(everything) });
      expectObservable(operation(parts).pipe(code())).toBe(expected, {}, failed);
    })();
  });

  it.each(operations)('ends %s that waits behind another within a minute more', (__, operation, ___, ____, later) => {
    marbles(({ expectObservable }, scheduler) => {
      const parts = connected(scheduler, { firmware });
      const { modem, nic } = parts;
      modem.fallSilent();
      expectObservable(nic.disconnect$().pipe(code())).toBe('5s #', {}, 'ETIMEDOUT');
      // 5 s for the command in front, 6 to ask where the modem is
      expectObservable(operation(parts).pipe(code())).toBe('11s #', {}, later);
    })();
  });

  it(
    'is down when it does not come back: EIO at once for every later call',
    marbles(({ expectObservable, flush }, scheduler) => {
      const parts = connected(scheduler, { firmware });
      const { link4, modem, nic, socket } = parts;
      modem.fallSilent();
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('4500ms #', {}, 'ETIMEDOUT');
      expectObservable(socket().connect$(peer).pipe(code())).toBe('10500ms #', {}, 'EIO');
      // 17510 to try everything
      const states$ = nic.status$.pipe(map((status) => status.modem));
      expectObservable(states$).toBe('u 10499ms s 17509ms d', { u: 'up', s: 'starting', d: 'down' });
      flush();
      modem.heard.length = 0;
      expectObservable(nic.resolve('a.example').pipe(code())).toBe('28010ms #', {}, 'EIO');
      expectObservable(socket().connect$(peer).pipe(code())).toBe('28010ms #', {}, 'EIO');
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it(
    'in the middle of a transfer fails readers, behind what has come, and senders',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,3:abc\r\n+IPD,4,1460:cut off' });
      const { link4, modem } = connected(scheduler, { firmware, receive: 'pushed', unasked$ });
      modem.fallSilent();
      expectObservable(link4.data$.pipe(text(), code())).toBe('-a 4498ms #', { a: 'abc' }, 'ETIMEDOUT');
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('4500ms #', {}, 'ETIMEDOUT');
    }),
  );
});

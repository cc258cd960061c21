import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, concat, concatMap, ignoreElements, map, of, type SchedulerLike } from 'rxjs';

import { ESP8285 } from '../../../src/esp8285';
import type { Rule } from '../../../src/testing';
import type { SocketOptions } from '../../../src/usocket';
import { marbles } from '../../../harness/time/marbles';
import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import { code, listening, stage, type StageOptions, text } from '../../../harness/modems/stage';

const client = '+CIPSTATUS:0,"TCP","192.168.1.3",50001,80,1\r\n';
const listenCommands = ['AT+CIPSERVERMAXCONN=5', 'AT+CIPSERVER=1,80', 'AT+CIPSTO=0'];
const rules: readonly Rule[] = [
  ['AT+CIPSERVER=1,80', '\r\nOK\r\n'],
  [/^AT\+CIPSTO=\d+$/, '\r\nOK\r\n'],
  ['AT+CIPSTATUS', `STATUS:3\r\n${client}\r\nOK\r\n`],
];

function serving(scheduler: SchedulerLike, options: StageOptions, socketOptions: SocketOptions = {}) {
  const parts = stage(scheduler, { script: rules, ...options });
  return { ...parts, server: listening(parts, socketOptions) };
}

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('a server, %s', (_, firmware) => {
  it(
    'S54 takes a client that comes, asks who it is, and has the modem keep it however quiet it is',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '0,CONNECT\r\n' });
      const { server, modem } = serving(scheduler, { firmware, unasked$, receive: 'pushed' });
      const from$ = server.accept$().pipe(map(([, [address, port]]) => `${address} ${port}`));
      expectObservable(from$).toBe('--(a|)', { a: '192.168.1.3 50001' });
      flush();
      assert.deepStrictEqual(modem.heard, [...listenCommands, 'AT+CIPSTATUS']);
    }),
  );

  it(
    'bounds what comes for a client that nobody has accepted, as for any other socket: ENOBUFS, and no gap',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-abc', { a: '0,CONNECT\r\n', b: '\r\n+IPD,0,6:abcdef', c: '\r\n+IPD,0,6:ghijkl' });
      const options = { firmware, unasked$, receive: 'pushed' } as const;
      const { server } = serving(scheduler, options, { receiveBuffer: 8 });
      const read$ = server.accept$().pipe(concatMap(([conn]) => concat(conn.recv$(99), conn.recv$(99))));
      const late$ = concat(cold('-----|').pipe(ignoreElements()), read$);
      expectObservable(late$.pipe(text(), code())).toBe('-----(a#)', { a: 'abcdef' }, 'ENOBUFS');
    }),
  );

  it(
    'S56 sees EOF when the modem closes an idle client, after the time that was set',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a 60s c', { a: '0,CONNECT\r\n', c: '0,CLOSED\r\n' });
      const { server, modem } = serving(scheduler, { firmware, unasked$, receive: 'pushed', idleTimeout: 60_000 });
      const end$ = server.accept$().pipe(
        concatMap(([conn]) => conn.read$()),
        text(),
      );
      expectObservable(end$).toBe('--- 60s (e|)', { e: '' });
      flush();
      assert.ok(modem.heard.includes('AT+CIPSTO=60'));
    }),
  );

  describe('with a client that comes while listen is still on its way', () => {
    const early: Rule = ['AT+CIPSERVER=1,80', '\r\nOK\r\n0,CONNECT\r\n'];

    it(
      'keeps it for accept',
      marbles(({ expectObservable, flush }, scheduler) => {
        const { socket, modem } = stage(scheduler, { firmware, script: [early, ...rules], receive: 'pushed' });
        const server = socket();
        server.bind$(['0.0.0.0', 80]).subscribe();
        const from$ = concat(server.listen$().pipe(ignoreElements()), server.accept$());
        const address$ = from$.pipe(map(([, [address, port]]) => `${address} ${port}`));
        expectObservable(address$).toBe('(a|)', { a: '192.168.1.3 50001' });
        flush();
        assert.deepStrictEqual(modem.heard, [...listenCommands, 'AT+CIPSTATUS']);
      }),
    );

    it(
      'closes it when listen fails',
      marbles(({ expectObservable, flush }, scheduler) => {
        const script: readonly Rule[] = [
          early,
          ['AT+CIPSTO=0', '\r\nERROR\r\n'],
          ['AT+CIPCLOSE=0', '0,CLOSED\r\n\r\nOK\r\n'],
          ['AT+CIPSERVER=0', '\r\nOK\r\n'],
        ];
        const { socket, modem } = stage(scheduler, { firmware, script, receive: 'pushed' });
        const server = socket();
        server.bind$(['0.0.0.0', 80]).subscribe();
        expectObservable(server.listen$().pipe(code())).toBe('#', undefined, 'EIO');
        flush();
        assert.deepStrictEqual(modem.heard.slice(3).sort(), ['AT+CIPCLOSE=0', 'AT+CIPSERVER=0']);
      }),
    );
  });

  it(
    'fails with EIO when the modem refuses to listen, and can be tried again',
    marbles(({ expectObservable }, scheduler) => {
      const refused: Rule = ['AT+CIPSERVER=1,80', 'TcpServer Failure\r\n\r\nERROR\r\n'];
      const { socket } = stage(scheduler, { firmware, script: [refused, ...rules] });
      const server = socket();
      server.bind$(['0.0.0.0', 80]).subscribe();
      expectObservable(server.listen$().pipe(code())).toBe('#', undefined, 'EIO');
    }),
  );

  it(
    'says what to try when the modem refuses to listen',
    marbles(({ expectObservable }, scheduler) => {
      const refused: Rule = ['AT+CIPSERVER=1,80', 'TcpServer Failure\r\n\r\nERROR\r\n'];
      const { socket } = stage(scheduler, { firmware, script: [refused, ...rules] });
      const server = socket();
      server.bind$(['0.0.0.0', 80]).subscribe();
      const message$ = server.listen$().pipe(catchError((error: Error) => of(error.message)));
      expectObservable(message$).toBe('(m|)', {
        m: 'listen: the modem cannot listen on port 80; try another port, or nic.reset() (AT+CIPSERVER=1,80 was answered TcpServer Failure / ERROR)',
      });
    }),
  );
});

it('a word that is no way to receive is EINVAL', () => {
  marbles((_helpers, scheduler) => {
    const { modem } = stage(scheduler, { firmware: nonos174 });
    const options = { receive: 'pull' as 'pulled' };
    expect(() => new ESP8285(modem.uart, options)).toThrow(
      expect.objectContaining({
        code: 'EINVAL',
        message: `receive: 'adaptive', 'pushed' or 'pulled', not "pull"`,
      }),
    );
  })();
});

it.each([-1_000, 7_201_000, 500, NaN, '5000' as unknown as number])(
  'an idle time-out of %p ms is EINVAL',
  (idleTimeout) => {
    marbles((_helpers, scheduler) => {
      const { modem } = stage(scheduler, { firmware: nonos174 });
      expect(() => new ESP8285(modem.uart, { idleTimeout })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    })();
  },
);

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, defer, map, type SchedulerLike } from 'rxjs';

import { DatagramSocket, type SocketOptions } from '../../../src/usocket';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, stage, type StageOptions, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const sender = ['192.168.1.3', 5285] as const;

/** A datagram socket on port 4000, over link 4, at time 0; `heard` begins after that. */
function bound(scheduler: SchedulerLike, options: StageOptions, socketOptions: SocketOptions = {}) {
  const parts = stage(scheduler, options);
  const socket = new DatagramSocket(parts.nic, { scheduler, ...socketOptions });
  socket.bind$(['0.0.0.0', 4000]).subscribe();
  const opening = parts.modem.heard.splice(0);
  return { ...parts, socket, opening };
}

describe.each([
  ['AT 1.5', nonos15, '192.168.1.3', false],
  ['AT 1.7.4', nonos174, '192.168.1.3', false],
  ['ESP-AT 2.2.2', espAt222, '"192.168.1.3"', true],
])('datagrams, %s', (_, firmware, shown, joins) => {
  const prompt = firmware.prompt;
  const [push, pull] = joins ? [['AT+CIPRECVMODE=0'], ['AT+CIPRECVMODE=1']] : [[], []];

  it(
    'are received from anybody on a port that is opened so, one by one and with their senders',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a-b', {
        a: `\r\n+IPD,4,2,${shown},5285:hi`,
        b: `\r\n+IPD,4,1,${shown},1:a\r\n+IPD,4,6,${shown},5285:\r\nOK\r\n`,
      });
      const { socket, opening } = bound(scheduler, { firmware, unasked$ });
      const received$ = socket.datagrams$.pipe(
        map(({ data, remote }) => `${data.toString('latin1')} ${remote.address} ${remote.port}`),
      );
      // One that ends as a message might begin is kept until it is certain that nothing of one is in it.
      expectObservable(received$).toBe('-a-b 19ms c', {
        a: 'hi 192.168.1.3 5285',
        b: 'a 192.168.1.3 1',
        c: '\r\nOK\r\n 192.168.1.3 5285',
      });
      flush();
      assert.deepStrictEqual(opening, [...push, 'AT+CIPDINFO=1', 'AT+CIPSTART=4,"UDP","0.0.0.0",4000,4000,2']);
    }),
  );

  it(
    'S35 name their receiver with each send, and get no senders any more when the last port is closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = bound(scheduler, {
        firmware,
        script: [
          ['AT+CIPSEND=4,3,"192.168.1.3",5285', 1, prompt],
          ['abc', 2, '\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n'],
        ],
      });
      expectObservable(socket.sendto$('abc', sender)).toBe('---(a|)', { a: 3 });
      flush();
      socket.close$().subscribe();
      assert.deepStrictEqual(modem.heard, [
        'AT+CIPSEND=4,3,"192.168.1.3",5285',
        'abc',
        'AT+CIPCLOSE=4',
        'AT+CIPDINFO=0',
        ...pull,
      ]);
    }),
  );

  it(
    'keep their senders while another port is open',
    marbles(({ flush }, scheduler) => {
      const { socket, modem, nic } = bound(scheduler, { firmware });
      const other = new DatagramSocket(nic, { scheduler });
      other.bind$(['0.0.0.0', 4001]).subscribe();
      socket.close$().subscribe();
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSTART=3,"UDP","0.0.0.0",4001,4001,2', 'AT+CIPCLOSE=4']);
    }),
  );

  it(
    'come from a port of the dynamic ones when none is asked for, from the next when the modem refuses one',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = stage(scheduler, {
        firmware,
        script: [
          ['AT+CIPSTART=4,"UDP","0.0.0.0",49152,49152,2', '\r\nERROR\r\n'],
          ['AT+CIPSTART=3,"UDP","0.0.0.0",49153,49153,2', '3,CONNECT\r\n\r\nOK\r\n'],
        ],
      });
      const socket = new DatagramSocket(nic, { scheduler });
      expectObservable(socket.bind$(['0.0.0.0', 0]).pipe(map(() => socket.localAddress?.port))).toBe('(p|)', {
        p: 49_153,
      });
      flush();
      assert.equal(modem.heard.filter((line) => line.startsWith('AT+CIPSTART')).length, 2);
    }),
  );

  it(
    'that the modem could not send are ENOBUFS, and the port goes on',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = bound(scheduler, {
        firmware,
        script: [
          ['AT+CIPSEND=4,1,"192.168.1.3",5285', 1, prompt],
          ['a', 1, '\r\nRecv 1 bytes\r\n\r\nSEND FAIL\r\n'],
          ['b', 1, '\r\nRecv 1 bytes\r\n\r\nSEND OK\r\n'],
        ],
      });
      // A SEND OK might still follow.
      expectObservable(socket.sendto$('a', sender).pipe(code())).toBe('1502ms #', undefined, 'ENOBUFS');
      expectObservable(socket.sendto$('b', sender)).toBe('1504ms (b|)', { b: 1 });
    }),
  );

  it(
    'end with ENETDOWN when the modem closes the port, and leave its number to others',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: 'WIFI DISCONNECT\r\n4,CLOSED\r\n' });
      const { socket, modem, nic } = bound(scheduler, { firmware, unasked$ });
      expectObservable(socket.recvfrom$(10).pipe(code())).toBe('--#', undefined, 'ENETDOWN');
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPDINFO=0', ...pull]);
      socket.close$().subscribe();
      const others = Array.from({ length: 5 }, () => new DatagramSocket(nic, { scheduler }));
      for (const other of others) other.bind$(['0.0.0.0', 0]).subscribe();
      assert.equal(modem.heard.filter((line) => line.startsWith('AT+CIPSTART')).length, 5);
    }),
  );

  it(
    'end with ECONNRESET when the modem starts again',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\nready\r\n' });
      const { socket } = bound(scheduler, { firmware, unasked$ });
      expectObservable(socket.recvfrom$(10).pipe(code())).toBe('--#', undefined, 'ECONNRESET');
      expectObservable(socket.datagrams$.pipe(code())).toBe('--#', undefined, 'ECONNRESET');
    }),
  );

  it(
    'have ports as long as there are links: EMFILE for the sixth',
    marbles(({ expectObservable }, scheduler) => {
      const { nic } = bound(scheduler, { firmware });
      const more = Array.from({ length: 5 }, () => new DatagramSocket(nic, { scheduler }));
      const [last] = more.splice(4);
      for (const socket of more) socket.bind$(['0.0.0.0', 0]).subscribe();
      expectObservable(last!.sendto$('x', sender).pipe(code())).toBe('#', undefined, 'EMFILE');
    }),
  );

  it.each([
    ['a port that the modem refuses', ['0.0.0.0', 4001], 'EADDRINUSE'],
    ['one address of several', ['192.168.1.7', 4001], 'EADDRNOTAVAIL'],
    ['a port that is open already', ['0.0.0.0', 4000], 'EADDRINUSE'],
  ] as const)('cannot be received on %s', (__, address, expected) => {
    marbles(({ expectObservable }, scheduler) => {
      const script = [['AT+CIPSTART=3,"UDP","0.0.0.0",4001,4001,2', '\r\nERROR\r\n']] as const;
      const { nic } = bound(scheduler, { firmware, script });
      const socket = new DatagramSocket(nic, { scheduler });
      expectObservable(socket.bind$(address).pipe(code())).toBe('#', undefined, expected);
    })();
  });

  it(
    'are not waited for longer than was set, and a read that is given up takes none',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('300ms a', { a: `\r\n+IPD,4,2,${shown},5285:hi` });
      const { socket } = bound(scheduler, { firmware, unasked$ });
      const within = (seconds: number | null) =>
        defer(() => {
          socket.settimeout(seconds);
          return socket.recv$(10).pipe(text(), code());
        });
      expectObservable(within(0.25)).toBe('     250ms #', undefined, 'ETIMEDOUT');
      expectObservable(within(null), '--!').toBe('-');
      expectObservable(within(null)).toBe('     300ms (a|)', { a: 'hi' });
    }),
  );
});

describe('ESP-AT 2.2.2, whose passive receive joins datagrams', () => {
  it(
    'pushes all that comes while there is a port for datagrams, and holds data back again after that',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a 9ms b', { a: '\r\n+IPD,4,3,"192.168.1.9",80:abc', b: '\r\n+IPD,4,2\r\n' });
      const { link4, nic, modem } = connected(scheduler, {
        firmware: espAt222,
        unasked$,
        script: [
          ['AT+CIPRECVLEN?', '+CIPRECVLEN:-1,-1,-1,-1,0\r\nOK\r\n'],
          ['AT+CIPRECVLEN?', '+CIPRECVLEN:-1,-1,-1,-1,0\r\nOK\r\n'],
          ['AT+CIPRECVDATA=4,5760', '\r\nERROR\r\n'],
          ['AT+CIPRECVDATA=4,2', '+CIPRECVDATA:2,de\r\nOK\r\n'],
        ],
      });
      const socket = new DatagramSocket(nic, { scheduler });
      socket.bind$(['0.0.0.0', 4000]).subscribe();
      expectObservable(cold('-----c').pipe(concatMap(() => socket.close$()))).toBe('-----c', { c: undefined });
      expectObservable(link4.data$.pipe(text())).toBe('-a 9ms b', { a: 'abc', b: 'de' });
      flush();
      assert.deepStrictEqual(modem.heard, [
        // Whether data wait that are pushed after later ones.
        'AT+CIPRECVLEN?',
        'AT+CIPRECVMODE=0',
        'AT+CIPRECVLEN?',
        'AT+CIPDINFO=1',
        'AT+CIPSTART=3,"UDP","0.0.0.0",4000,4000,2',
        'AT+CIPCLOSE=3',
        'AT+CIPDINFO=0',
        'AT+CIPRECVMODE=1',
        // What came while data were pushed may not have been announced.
        'AT+CIPRECVDATA=4,5760',
        'AT+CIPRECVDATA=4,2',
      ]);
    }),
  );
});

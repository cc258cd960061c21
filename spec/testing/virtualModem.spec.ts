import { describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import {
  concat,
  concatMap,
  defer,
  delayWhen,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  range,
  reduce,
  repeat,
  retry,
  take,
  takeWhile,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';

import { firmwareVersions, NetworkError } from '../../src/emulator';
import { type Talk, virtualModem, type VirtualModemOptions } from '../../src/testing';
import { DatagramSocket, type Socket } from '../../src/usocket';
import { code } from '../../harness/modems/stage';
import { marbles } from '../../harness/time/marbles';

type ColdCreator = RunHelpers['cold'];

/** The application under test: asks a thermometer every ten seconds, whatever has become of it meanwhile. */
function temperatures(newSocket: () => Socket, scheduler: TestScheduler): Observable<number> {
  const reading$ = defer(() => {
    const socket = newSocket();
    return socket.connect$(['192.168.1.9', 7000]).pipe(
      concatMap(() => socket.sendall$('temperature?\n')),
      concatMap(() => socket.readline$()),
      map((line) => Number(line)),
      concatMap((celsius) => socket.close$().pipe(map(() => celsius))),
    );
  });
  return reading$.pipe(
    repeat({ delay: () => timer(10_000, scheduler) }),
    retry({ delay: () => timer(10_000, scheduler) }),
  );
}

const values = { a: 20.5, b: 21, c: 21.5 };

describe('an application over a virtual modem, in virtual time', () => {
  const thermometer =
    (cold: ColdCreator, degrees: string[]): Talk =>
    (asked$) =>
      asked$.pipe(concatMap(() => cold('--d', { d: `${degrees.shift() ?? ''}\n` })));

  it.each(firmwareVersions)('reads a thermometer every ten seconds with AT %s', (firmware) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const { online$, socket } = virtualModem({
        scheduler,
        firmware,
        hosts: { '192.168.1.9:7000': thermometer(cold, ['20.5', '21', '21.5']) },
        interface: { receive: 'pulled' },
      });
      const celsius$ = online$.pipe(concatMap(() => temperatures(() => socket(), scheduler)));
      // A line that is pushed is kept for 4 ms: its end might be the beginning of what the modem says next.
      const expected = firmware === '1.5' ? '6ms a 10005ms b 10005ms c' : '--a 10001ms b 10001ms c';
      expectObservable(celsius$, '^ 25s !').toBe(expected, values);
    })();
  });

  it(
    'goes on when the modem has started again in the middle of a reading',
    marbles(({ cold, expectObservable }, scheduler) => {
      const { online$, socket } = virtualModem({
        scheduler,
        hosts: { '192.168.1.9:7000': thermometer(cold, ['20.5', '21']) },
        interface: { receive: 'pulled' },
        faults: [{ kind: 'reset', at: 1 }],
      });
      const celsius$ = online$.pipe(concatMap(() => temperatures(() => socket(), scheduler)));
      expectObservable(celsius$.pipe(take(1))).toBe('10003ms (b|)', values);
    }),
  );
});

describe('a host of a virtual modem', () => {
  const connected = (options: Omit<VirtualModemOptions, 'scheduler'>, scheduler: TestScheduler) => {
    const modem = virtualModem({ scheduler, ...options });
    const socket = modem.socket();
    return { ...modem, socket, connected$: modem.online$.pipe(concatMap(() => socket.connect$(['10.0.0.1', 80]))) };
  };
  const allOf = ({ socket, connected$ }: ReturnType<typeof connected>) =>
    connected$.pipe(
      concatMap(() => socket.read$()),
      map((bytes) => String(bytes)),
    );

  it(
    'says its piece in its own time, and closes',
    marbles(({ cold, expectObservable }, scheduler) => {
      const hosts = { '10.0.0.1:80': () => cold('--a---b--|', { a: 'hello ', b: 'world' }) };
      expectObservable(allOf(connected({ hosts }, scheduler))).toBe('---------(a|)', { a: 'hello world' });
    }),
  );

  it(
    'hears what is sent, and that it was closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const heard: string[] = [];
      const hosts = {
        '10.0.0.1:80': ((sent$) =>
          sent$.pipe(
            tap({ next: (bytes) => heard.push(String(bytes)), complete: () => heard.push('|') }),
            ignoreElements(),
          )) satisfies Talk,
      };
      const { socket, connected$ } = connected({ hosts }, scheduler);
      const over$ = connected$.pipe(
        concatMap(() => socket.sendall$('hello')),
        concatMap(() => socket.close$()),
      );
      expectObservable(over$.pipe(ignoreElements())).toBe('|');
      flush();
      assert.deepStrictEqual(heard, ['hello', '|']);
    }),
  );

  it(
    'is slowed down by a reader who takes his time, and loses nothing',
    marbles(({ expectObservable, flush }, scheduler) => {
      const hosts = { '10.0.0.1:80': () => range(0, 20).pipe(map(() => Buffer.alloc(1000))) };
      const { emulator, online$, socket } = virtualModem({ scheduler, hosts, interface: { receive: 'pulled' } });
      const reader = socket({ receiveBuffer: 1000 });
      const unread: number[] = [];
      const slow$ = online$.pipe(
        concatMap(() => reader.connect$(['10.0.0.1', 80])),
        concatMap(() =>
          timer(10, scheduler).pipe(
            concatMap(() => reader.recv$(500)),
            repeat(),
          ),
        ),
        tap(() => unread.push(emulator.state.links[0]?.unread ?? 0)),
        takeWhile((bytes) => bytes.length > 0),
        reduce((total, bytes) => total + bytes.length, 0),
      );
      expectObservable(slow$).toBe('410ms (t|)', { t: 20_000 });
      flush();
      expect(Math.max(...unread)).toBeGreaterThan(4000);
      expect(Math.max(...unread)).toBeLessThan(6000);
    }),
  );

  it.each([
    ['can refuse', ['10.0.0.1:80'], 0, 'ECONNREFUSED'],
    ['is unreachable where nobody is', [], 20_000, 'ETIMEDOUT'],
  ])('%s', (_, refusing, after, expected) => {
    marbles(({ expectObservable }, scheduler) => {
      const { connected$ } = connected({ refusing }, scheduler);
      expectObservable(connected$.pipe(code())).toBe(`${after}ms #`, undefined, expected);
    })();
  });

  it(
    'is found by its name',
    marbles(({ expectObservable }, scheduler) => {
      const modem = virtualModem({ scheduler, hosts: { 'host.example:80': () => of('hello') } });
      const socket = modem.socket();
      const hello$ = modem.online$.pipe(
        concatMap(() => modem.nic.resolve('host.example')),
        concatMap(([address = '']) => socket.connect$([address, 80])),
        concatMap(() => socket.read$()),
        map((bytes) => String(bytes)),
      );
      expectObservable(hello$).toBe('(h|)', { h: 'hello' });
    }),
  );

  it(
    'is far away, and has an address of its own',
    marbles(({ expectObservable }, scheduler) => {
      const echo: Talk = (said$) => said$;
      const hosts = { 'host.example:7': { talk: echo, address: '203.0.113.7', delay: 100 } };
      const modem = virtualModem({ scheduler, hosts });
      const socket = modem.socket();
      const answer$ = modem.online$.pipe(
        concatMap(() => modem.nic.resolve('host.example')),
        concatMap(([address = '']) => socket.connect$([address, 7]).pipe(map(() => address))),
        concatMap((address) => socket.sendall$('hello').pipe(map(() => address))),
        concatMap((address) => socket.recv$(9).pipe(map((bytes) => `${String(bytes)} from ${address}`))),
      );
      expectObservable(answer$).toBe('200ms (h|)', { h: 'hello from 203.0.113.7' });
    }),
  );

  it(
    'is another one for connections than for datagrams',
    marbles(({ expectObservable }, scheduler) => {
      const modem = virtualModem({
        scheduler,
        hosts: { 'host.example:7': () => of('tcp') },
        datagrams: { 'host.example:7': (asked$) => asked$.pipe(map(() => 'udp')) },
      });
      const stream = modem.socket();
      const datagrams = new DatagramSocket(modem.nic, { scheduler });
      const said$ = modem.online$.pipe(
        concatMap(() => modem.nic.resolve('host.example')),
        concatMap(([address = '']) =>
          concat(
            stream.connect$([address, 7]).pipe(concatMap(() => stream.recv$(3))),
            datagrams.sendto$('?', [address, 7]).pipe(
              concatMap(() => datagrams.recvfrom$(3)),
              map(([bytes]) => bytes),
            ),
          ),
        ),
        map((bytes) => String(bytes)),
      );
      expectObservable(said$).toBe('(tu|)', { t: 'tcp', u: 'udp' });
    }),
  );

  it(
    'connects to a server on the modem',
    marbles(({ cold, expectObservable }, scheduler) => {
      const { online$, socket, connectClient } = virtualModem({ scheduler });
      const server = socket();
      const heard: string[] = [];
      const served$ = online$.pipe(
        concatMap(() => server.bind$(['0.0.0.0', 80])),
        concatMap(() => server.listen$()),
        tap(() => {
          connectClient(80, (said$) =>
            merge(
              cold('-a', { a: 'hello' }),
              said$.pipe(
                tap((bytes) => heard.push(String(bytes))),
                ignoreElements(),
              ),
            ),
          );
        }),
        concatMap(() => server.accept$()),
        concatMap(([client]) =>
          client.recv$(10).pipe(delayWhen((bytes) => client.sendall$(`${String(bytes)} to you`))),
        ),
        map((bytes) => [String(bytes), ...heard]),
      );
      expectObservable(served$).toBe('-(h|)', { h: ['hello', 'hello to you'] });
    }),
  );

  it('refuses a client where the modem does not listen', () => {
    const { connectClient } = virtualModem({ scheduler: new VirtualTimeScheduler() });
    expect(() => {
      connectClient(80, () => of('hello'));
    }).toThrow(NetworkError);
  });

  it(
    'answers datagrams, and says more on its own',
    marbles(({ cold, flush }, scheduler) => {
      const { emulator } = virtualModem({
        scheduler,
        firmware: '1.5',
        datagrams: {
          '10.0.0.1:53': (asked$) => asked$.pipe(mergeMap((asked) => concat(of(asked), cold('---m', { m: 'more' })))),
        },
      });
      let heard = '';
      emulator.uart.rx$.subscribe((bytes) => (heard += Buffer.from(bytes).toString('latin1')));
      const typed = ['ATE0', 'AT+CWJAP_CUR="my-ssid","my-password"', 'AT+CIPSTART="UDP","10.0.0.1",53', 'AT+CIPSEND=4'];
      concat(...typed.map((line) => emulator.uart.write(Buffer.from(`${line}\r\n`)))).subscribe();
      heard = '';
      emulator.uart.write(Buffer.from('what')).subscribe();
      flush();
      assert.equal(heard, '\r\nRecv 4 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,4:what\r\n+IPD,4:more');
    }),
  );
});

import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { catchError, map, merge, of, type SchedulerLike, switchMap } from 'rxjs';

import type { TlsOptions } from '../../../src/usocket';
import { espAt222, type Firmware, nonos15, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, peer, stage, type StageOptions, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const unchecked: TlsOptions = { verify: false };
const secure4 = 'AT+CIPSTART=4,"SSL","192.168.1.9",80';
const secure3 = 'AT+CIPSTART=3,"SSL","192.168.1.9",80';
const buffer = 'AT+CIPSSLSIZE=4096';
const nothing: Rule = [/^AT\+CIPRECVDATA/, 1, '\r\nERROR\r\n'];
const values = { c: 'connected' };
const connectedNow = map(() => 'connected');

/** A driver with a socket that is connected, encrypted, over link 4, at time 0. */
function encrypted(scheduler: SchedulerLike, options: StageOptions) {
  const parts = stage(scheduler, options);
  const link4 = parts.socket();
  link4.connect$(peer, { tls: unchecked }).subscribe();
  parts.modem.heard.length = 0;
  return { ...parts, link4 };
}

describe.each<[string, Firmware, readonly string[]]>([
  ['AT 1.5', nonos15, [buffer, secure4]],
  ['AT 1.7.4', nonos174, [buffer, secure4]],
  ['ESP-AT 2.2.2', espAt222, [secure4]],
])('connecting encrypted, %s', (_, firmware, start) => {
  it(
    'asks for SSL, with room for certificates where the firmware has to be told',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [[secure4, 5, '4,CONNECT\r\n', 2, '\r\nOK\r\n']];
      const { socket, modem } = stage(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer, { tls: unchecked }).pipe(connectedNow)).toBe('-----(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, start);
    }),
  );

  it(
    'EOPNOTSUPP, and not a byte, unless the program accepts any peer',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware });
      for (const tls of [{}, { verify: true }, { serverName: 'tls.example' }]) {
        expectObservable(socket().connect$(peer, { tls }).pipe(code())).toBe('#', values, 'EOPNOTSUPP');
      }
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it(
    'EINVAL, and not a byte, for a server name that cannot be sent',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware });
      for (const serverName of ['', 'two words', 'a\r\nAT+RST', 'a\0', 'x'.repeat(65)]) {
        const connecting$ = socket().connect$(peer, { tls: { verify: false, serverName } });
        expectObservable(connecting$.pipe(code())).toBe('#', values, 'EINVAL');
      }
      expectObservable(socket().connect$(peer, { tls: unchecked }).pipe(connectedNow)).toBe('(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, start);
    }),
  );

  it(
    'ENOBUFS, without asking, while another encrypted connection is there; it is had when that is closed',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, socket, modem } = encrypted(scheduler, { firmware });
      const second$ = socket().connect$(peer, { tls: unchecked });
      expectObservable(second$.pipe(code())).toBe('#', values, 'ENOBUFS');
      expectObservable(merge(second$, socket().connect$(peer)).pipe(code())).toBe('#', values, 'ENOBUFS');
      flush();
      assert.deepStrictEqual(modem.heard, []);
      link4.close$().subscribe();
      second$.subscribe();
      const [last] = modem.heard.slice(-1);
      assert.strictEqual(last, secure3);
    }),
  );

  describe.each(['\r\nERROR\r\n', '4,CLOSED\r\n\r\nOK\r\n'])('when the modem says %j', (said) => {
    it(
      'EPROTO, and the number is free',
      marbles(({ expectObservable, flush }, scheduler) => {
        const script: Rule[] = [[secure4, 3_500, said, 1, '4,CLOSED\r\n']];
        const { socket, modem } = stage(scheduler, { firmware, script });
        const connecting$ = socket().connect$(peer, { tls: unchecked });
        expectObservable(connecting$.pipe(code())).toBe('3500ms #', values, 'EPROTO');
        flush();
        merge(...Array.from({ length: 5 }, () => socket().connect$(peer))).subscribe();
        assert.deepStrictEqual(modem.heard.at(-1), 'AT+CIPSTART=4,"TCP","192.168.1.9",80');
      }),
    );
  });

  it(
    'EOPNOTSUPP when the firmware has no encryption',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = stage(scheduler, { firmware, script: [[secure4, 2, 'Link type ERROR\r\n\r\nERROR\r\n']] });
      expectObservable(socket().connect$(peer, { tls: unchecked }).pipe(code())).toBe('--#', values, 'EOPNOTSUPP');
    }),
  );

  it(
    'ETIMEDOUT when it takes longer than any handshake',
    marbles(({ expectObservable }, scheduler) => {
      const { socket } = stage(scheduler, { firmware, script: [[secure4, 20_000, '\r\nERROR\r\n']] });
      expectObservable(socket().connect$(peer, { tls: unchecked }).pipe(code())).toBe('20s #', values, 'ETIMEDOUT');
    }),
  );

  it(
    'ECONNRESET when the modem starts again under the handshake',
    marbles(({ expectObservable }, scheduler) => {
      const boot = '\r\n ets Jan  8 2013,rst cause:4, boot mode:(3,6)\r\n\r\nwdt reset\r\n';
      const { socket } = stage(scheduler, { firmware, script: [[secure4, 100, boot, 300, '\r\nready\r\n']] });
      const connecting$ = socket().connect$(peer, { tls: unchecked });
      expectObservable(connecting$.pipe(code())).toBe('100ms #', values, 'ECONNRESET');
    }),
  );

  it.each<[string, Rule, string]>([
    ['', [secure4], '2500ms (e|)'],
    [', and refused the rest', [secure4, 5, '\r\nERROR\r\n'], '-----(e|)'],
  ])('says that the modem started again under the handshake, when it did so unnoticed%s', (__, answered, expected) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const modes: Rule[] = ['1', '0', '1'].map((mode) => ['AT+CIPMUX?', `+CIPMUX:${mode}\r\n\r\nOK\r\n`]);
      const unasked$ = cold('--a', { a: '\x80\x81\r\n' });
      const { socket } = stage(scheduler, { firmware, unasked$, script: [...modes, answered] });
      const told$ = socket()
        .connect$(peer, { tls: unchecked })
        .pipe(catchError((error: unknown) => of(String(error))));
      const message = 'the modem started again under the TLS handshake; its memory may be too small for that';
      expectObservable(told$).toBe(expected, { e: `OSError: connect: 192.168.1.9:80: ${message}` });
    })();
  });

  it(
    'is closed, though the modem starts again over it',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = encrypted(scheduler, { firmware, script: [['AT+CIPCLOSE=4', 5, '\r\nready\r\n']] });
      expectObservable(link4.close$().pipe(map(() => 'closed'))).toBe('-----(c|)', { c: 'closed' });
    }),
  );
});

describe('the name that a server is asked for', () => {
  const tls = { verify: false, serverName: 'tls.example' };

  it(
    'is told to ESP-AT, and taken back for the next connection of that number',
    marbles(({ flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, {
        firmware: espAt222,
        script: [[/^AT\+CIPSSLCSNI/, '\r\nOK\r\n']],
      });
      for (const options of [tls, ...Array<TlsOptions>(5).fill(unchecked), unchecked]) {
        const one = socket();
        one
          .connect$(peer, { tls: options })
          .pipe(switchMap(() => one.close$()))
          .subscribe();
      }
      flush();
      assert.deepStrictEqual(
        modem.heard.filter((line) => line.startsWith('AT+CIPSSLCSNI') || line.includes('START=4')),
        ['AT+CIPSSLCSNI=4,"tls.example"', secure4, 'AT+CIPSSLCSNI=4,""', secure4],
      );
    }),
  );

  it(
    'is done without where the firmware knows of none',
    marbles(({ expectObservable, flush }, scheduler) => {
      for (const [firmware, said] of [
        [espAt222, 'AT+CIPSSLCSNI=4,"tls.example"'],
        [nonos174, buffer],
      ] as const) {
        const { socket, modem } = stage(scheduler, { firmware });
        expectObservable(socket().connect$(peer, { tls }).pipe(connectedNow)).toBe('(c|)', values);
        flush();
        assert.deepStrictEqual(modem.heard, [said, secure4]);
      }
    }),
  );
});

describe('receiving on an encrypted link', () => {
  const read = (size: number, data: string, ...behind: string[]): Rule => [
    `AT+CIPRECVDATA=4,${size}`,
    1,
    espAt222.read(data),
    ...behind,
  ];

  it(
    'S66 AT 1.7 pushes, whatever it does with the others',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a-b', { a: '\r\n+IPD,4,5:hello', b: '\r\n+IPD,4,3:bye4,CLOSED\r\n' });
      const { link4, modem } = encrypted(scheduler, { firmware: nonos174, unasked$ });
      expectObservable(link4.data$.pipe(text())).toBe('--a-(b|)', { a: 'hello', b: 'bye' });
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it(
    'AT 1.7 goes on pulling on its other links',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,2:hi\r\n+IPD,3,3\r\n' });
      const script: Rule[] = [['AT+CIPRECVDATA=3,3', 1, nonos174.read('you')]];
      const { link4, socket } = encrypted(scheduler, { firmware: nonos174, unasked$, script });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      expectObservable(link4.data$.pipe(text())).toBe('--a', { a: 'hi' });
      expectObservable(link3.data$.pipe(text())).toBe('---a', { a: 'you' });
    }),
  );

  it(
    'S52 ESP-AT announces more than can be read: it is asked until it refuses, once, and nothing is lost',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a----b', { a: '\r\n+IPD,4,34\r\n', b: '\r\n+IPD,4,32\r\n' });
      const script: Rule[] = [
        read(34, 'hello'),
        nothing,
        read(32, 'bye', '4,CLOSED\r\n'),
        ['AT+CIPRECVDATA=4,32', 1, '\r\nERROR\r\n'],
      ];
      const { link4, modem } = encrypted(scheduler, { firmware: espAt222, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---a----b|', { a: 'hello', b: 'bye' });
      flush();
      const sizes = modem.heard.map((line) => line.replace('AT+CIPRECVDATA=4,', ''));
      assert.deepStrictEqual(sizes, ['34', '34', '32', '32']);
    }),
  );

  it(
    'reads record after record of one notice',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,68\r\n' });
      const script: Rule[] = [read(68, 'hello'), read(68, 'again'), [/CIPRECVDATA/, 1, '\r\nERROR\r\n']];
      const { link4, modem } = encrypted(scheduler, { firmware: espAt222, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---ab', { a: 'hello', b: 'again' });
      flush();
      assert.strictEqual(modem.heard.length, 3);
    }),
  );

  it(
    'overhears no notice that comes in front of a refusal: it is not given again',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,34\r\n' });
      const script: Rule[] = [
        read(34, 'hello'),
        ['AT+CIPRECVDATA=4,34', 1, '\r\n+IPD,4,31\r\n', '\r\nERROR\r\n'],
        read(31, 'hi'),
        nothing,
      ];
      const { link4 } = encrypted(scheduler, { firmware: espAt222, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---a-b', { a: 'hello', b: 'hi' });
    }),
  );

  it(
    'takes the notice of nothing but an end for EOF, not for lost data',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,31\r\n' });
      const script: Rule[] = [
        ['AT+CIPRECVDATA=4,31', 1, '\r\nERROR\r\n', '4,CLOSED\r\n'],
        [/CIPRECVDATA/, 1, '\r\nERROR\r\n'],
      ];
      const { link4 } = encrypted(scheduler, { firmware: espAt222, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('----|');
    }),
  );
});

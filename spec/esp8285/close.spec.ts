import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatWith, map, type Observable, Subject, VirtualTimeScheduler } from 'rxjs';

import type { ESP8285 } from '../../src/esp8285';
import type { Socket } from '../../src/usocket';
import { OSError } from '../../src/usocket/contract/osError';
import type { Rule } from '../../src/testing';
import { espAt222, nonos174 } from '../../harness/modems/firmware';
import { code, connected, peer, start3, unstarted } from '../../harness/modems/stage';
import { marbles } from '../../harness/time/marbles';

type Operation = (parts: { nic: ESP8285; link4: Socket; socket: () => Socket }) => Observable<unknown>;

const values = { c: 'closed' };
const closed = map(() => 'closed');

/** What may be under way when the interface is closed. */
const operations: readonly (readonly [string, Operation])[] = [
  ['joining', ({ nic }) => nic.connect$('net', 'key')],
  ['looking a name up', ({ nic }) => nic.resolve('a.example')],
  ['connecting', ({ socket }) => socket().connect$(peer)],
  ['sending', ({ link4 }) => link4.sendall$('hello')],
  ['receiving', ({ link4 }) => link4.recv$(10)],
];

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('closing the interface, %s', (_, firmware) => {
  const silent: readonly Rule[] = [[/^AT\+(?:CWJAP|CIPDOMAIN|CIPSTART=3|CIPSEND)/]];

  it(
    'S58 ends all links, and leaves the line to others',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPCLOSE=5', '\r\nOK\r\n'],
        ['AT+CIPCLOSE=5', 2, '4,CLOSED\r\n3,CLOSED\r\n\r\nOK\r\n'],
      ];
      const { link4, modem, nic } = connected(scheduler, { firmware, script });
      expectObservable(link4.recv$(5).pipe(code())).toBe('#', {}, 'EBADF');
      expectObservable(nic.close$().pipe(closed)).toBe('--(c|)', values);
      expectObservable(nic.status$.pipe(map(({ modem: state }) => state))).toBe('c', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPCLOSE=5']);
      assert.ok(!modem.isListenedTo());
    }),
  );

  it(
    'is the last word, even if the line is lost meanwhile',
    marbles(({ cold, expectObservable }, scheduler) => {
      const lost = Object.assign(new Error('unplugged'), { code: 'ENODEV' });
      const parts = connected(scheduler, {
        firmware,
        script: [['AT+CIPCLOSE=5', '\r\nOK\r\n'], ['AT+CIPCLOSE=5']],
        unasked$: cold('--#', undefined, lost),
      });
      expectObservable(parts.nic.close$().pipe(closed)).toBe('--(c|)', values);
      expectObservable(parts.nic.status$.pipe(map(({ modem }) => modem))).toBe('c', values);
      const late$ = cold('----|').pipe(concatWith(parts.nic.ifconfig$()), code());
      expectObservable(late$).toBe('----#', values, 'EBADF');
    }),
  );

  it.each(operations)('ends what is under way, %s: EBADF, at once', (__, operation) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const parts = connected(scheduler, { firmware, script: silent });
      expectObservable(operation(parts).pipe(code())).toBe('---#', {}, 'EBADF');
      concat(cold('---|'), parts.nic.close$()).subscribe();
    })();
  });

  it.each<[string, (nic: ESP8285) => Observable<unknown>]>([
    ['connect', (nic) => nic.connect$('net', 'key')],
    ['disconnect', (nic) => nic.disconnect$()],
    ['enable_ap', (nic) => nic.enable_ap$('net', 'password')],
    ['disable_ap', (nic) => nic.disable_ap$()],
    ['ifconfig', (nic) => nic.ifconfig$()],
    ['hostname', (nic) => nic.hostname$()],
    ['mac', (nic) => nic.mac$()],
    ['time', (nic) => nic.time$()],
    ['set_baud', (nic) => nic.set_baud$(9_600)],
    ['scan', (nic) => nic.scan$()],
    ['rssi', (nic) => nic.rssi$()],
    ['ping', (nic) => nic.ping$('a.example')],
    ['ping', (nic) => nic.ping$(`${'a'.repeat(63)}.${'b'.repeat(63)}.example`)],
    ['version', (nic) => nic.version$()],
    ['getaddrinfo', (nic) => nic.resolve('a.example')],
  ])('names the call that it ends, %s, whether that waits for the modem or begins later', (name, call) => {
    marbles((__, scheduler) => {
      const { nic } = unstarted(scheduler, { firmware, script: [['AT']] });
      const failures: unknown[] = [];
      nic.start$().subscribe({ error: () => undefined });
      call(nic).subscribe({ error: (error: unknown) => failures.push(error) });
      nic.close$().subscribe();
      call(nic).subscribe({ error: (error: unknown) => failures.push(error) });
      assert.strictEqual(failures.length, 2);
      for (const error of failures) {
        assert.ok(error instanceof OSError);
        assert.deepStrictEqual([error.code, error.syscall], ['EBADF', name]);
        assert.match(error.message, new RegExp(`^${name}: the interface is closed`));
      }
    })();
  });

  it('names the call that waits for an answer of the modem', () => {
    marbles((__, scheduler) => {
      const { nic } = connected(scheduler, { firmware, script: [[/^AT\+(?:CIPDOMAIN|PING)/]] });
      const messages: string[] = [];
      const said = (error: unknown): number => messages.push(error instanceof OSError ? error.message : '');
      nic.ping$('192.0.2.1').subscribe({ error: said });
      nic.resolve('a.example').subscribe({ error: said });
      nic.close$().subscribe();
      const expected = ['ping', 'getaddrinfo'].map((name) => `${name}: the interface is closed`);
      assert.deepStrictEqual(messages, expected);
    })();
  });

  it.each(operations)('leaves no timer and no subscription of %s', (__, operation) => {
    // No diagrams here, so that whatever the scheduler holds is the driver's.
    const scheduler = new VirtualTimeScheduler();
    const parts = connected(scheduler, { firmware, script: silent });
    parts.link4.settimeout(60);
    operation(parts).subscribe({ error: () => undefined });
    parts.nic.close$().subscribe();
    assert.deepStrictEqual(scheduler.actions, []);
    assert.ok(!parts.modem.isListenedTo());
    parts.modem.heard.length = 0;
    scheduler.flush();
    assert.deepStrictEqual(parts.modem.heard, []);
  });

  it.each([
    ['a set-up', [['AT']]],
    ['a set-up, at a busy modem', [['AT', '\r\nbusy p...\r\n']]],
    [
      'joining again',
      [
        ['AT+CIPSTATUS', 'STATUS:5\r\n\r\nOK\r\n'],
        [/CWJAP/, '\r\nOK\r\n'],
        [/CWJAP/, '\r\nERROR\r\n'],
      ],
    ],
  ] as const)('leaves no timer and no subscription of %s', (__, script) => {
    const scheduler = new VirtualTimeScheduler();
    const unasked$ = new Subject<string>();
    const { modem, nic } = unstarted(scheduler, { firmware, script, unasked$ });
    nic.start$().subscribe({ error: () => undefined });
    nic.connect$('net').subscribe({ error: () => undefined });
    unasked$.next('\r\nready\r\n');
    unasked$.next('noise \xff\n');
    assert.notDeepStrictEqual(scheduler.actions, []);
    nic.close$().subscribe();
    assert.deepStrictEqual(scheduler.actions, []);
    assert.ok(!modem.isListenedTo());
  });

  it(
    'waits for a modem that is busy connecting to a silent host for a second',
    marbles(({ cold, expectObservable }, scheduler) => {
      const busy: Rule = ['AT+CIPCLOSE=5', '\r\nbusy p...\r\n'];
      const script: Rule[] = [[start3, 20_000, '\r\nERROR\r\n'], ['AT+CIPCLOSE=5', '\r\nOK\r\n'], busy];
      const { nic, socket } = connected(scheduler, { firmware, script });
      expectObservable(socket().connect$(peer).pipe(code())).toBe('---#', values, 'EBADF');
      expectObservable(concat(cold('---|'), nic.close$()).pipe(closed)).toBe('1003ms (c|)', values);
    }),
  );

  it(
    'closing a socket meanwhile waits for no longer than a command takes, and is done when the modem can',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { socket, link4, modem } = connected(scheduler, {
        firmware,
        script: [[start3, 20_000, '\r\nERROR\r\n']],
      });
      socket()
        .connect$(peer)
        .subscribe({ error: () => undefined });
      expectObservable(link4.close$().pipe(closed)).toBe('5s (c|)', values);
      flush();
      assert.ok(modem.heard.includes('AT+CIPCLOSE=4'));
    }),
  );

  it(
    'waits for no modem longer than 2 s, and has the line closed then',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { modem, nic } = connected(scheduler, { firmware });
      modem.fallSilent();
      expectObservable(nic.close$().pipe(closed)).toBe('2s (c|)', values);
      flush();
      assert.ok(!modem.isListenedTo());
    }),
  );

  it(
    'twice is no error, and both wait for the end; giving up one of them changes nothing',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPCLOSE=5', '\r\nOK\r\n'],
        ['AT+CIPCLOSE=5', 5, '\r\nOK\r\n'],
      ];
      const { modem, nic } = connected(scheduler, { firmware, script });
      expectObservable(nic.close$(), '-!').toBe('-');
      expectObservable(nic.close$().pipe(closed)).toBe('-----(c|)', values);
      flush();
      expectObservable(nic.close$().pipe(closed)).toBe('-----(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPCLOSE=5']);
      assert.ok(!modem.isListenedTo());
    }),
  );

  it(
    'has every operation fail from then on: EBADF, and nothing said',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem, nic, socket } = connected(scheduler, { firmware });
      nic.close$().subscribe();
      modem.heard.length = 0;
      const all = [
        nic.start$(),
        nic.connect$('net'),
        nic.ifconfig$(),
        nic.resolve('a.example'),
        socket().connect$(peer),
      ];
      for (const operation$ of all)
        expectObservable((operation$ as Observable<unknown>).pipe(code())).toBe('#', {}, 'EBADF');
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('#', {}, 'EBADF');
      expectObservable(link4.close$().pipe(closed)).toBe('(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );

  it(
    'does harm to no interface that was never started',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { modem, nic } = unstarted(scheduler, { firmware });
      expectObservable(nic.close$().pipe(closed)).toBe('(c|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, []);
    }),
  );
});

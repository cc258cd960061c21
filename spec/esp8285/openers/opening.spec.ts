import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map, mergeMap, take } from 'rxjs';

import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { boundTo, code, connected, listening, peer, stage, start4 } from '../../../harness/modems/stage';
import type { Rule } from '../../../src/testing';
import { IPPROTO_TCP, TCP_NODELAY } from '../../../src/usocket/contract/constants';
import { marbles } from '../../../harness/time/marbles';

const [ok, refused] = ['\r\nOK\r\n', '\r\nERROR\r\n'];
const statusOf = (id: number) => `STATUS:3\r\n+CIPSTATUS:${id},"TCP","192.168.1.3",50001,80,1\r\n${ok}`;
const serving: Rule = [/^AT\+CIP(?:SERVER=1|STO|SSLSIZE)/, ok];
const nothingWaits: Rule = [/^AT\+CIPRECVDATA/, 1, refused];

const ignore = { error: () => undefined };

describe('a subscriber that takes only the first value gets what it says', () => {
  it(
    'a connection that is set up first',
    marbles(({ flush }, scheduler) => {
      const { socket, modem } = stage(scheduler, { firmware: espAt222, script: [[/^AT\+CIPTCPOPT/, 1, ok]] });
      const prompt = socket();
      prompt.setsockopt$(IPPROTO_TCP, TCP_NODELAY, 1).subscribe();
      prompt.connect$(peer).pipe(take(1)).subscribe();
      flush();
      assert.ok(!modem.heard.includes('AT+CIPCLOSE=4'), modem.heard.join());
    }),
  );

  it(
    'a client, and closes the listener inside it',
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '0,CONNECT\r\n' });
      const script: Rule[] = [serving, ['AT+CIPSTATUS', statusOf(0)], ['AT+CIPSTATUS', 1, statusOf(0)]];
      const parts = stage(scheduler, { firmware: nonos15, unasked$, script });
      const server = listening(parts);
      server
        .accept$()
        .pipe(mergeMap(() => server.close$()))
        .subscribe();
      flush();
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=0'), parts.modem.heard.join());
    }),
  );
});

describe('a datagram port that is not opened', () => {
  it(
    'leaves its port free when the modem does not prepare for it',
    marbles(({ cold, expectObservable }, scheduler) => {
      const silence: Rule = ['AT+CIPDINFO=1'];
      const script: Rule[] = [silence, silence, ['AT+CIPDINFO=1', ok]];
      const parts = stage(scheduler, { firmware: nonos174, script });
      expectObservable(boundTo(4000, parts, scheduler).pipe(code())).toBe('5s #', undefined, 'ETIMEDOUT');
      const later$ = concat(cold('6s |').pipe(ignoreElements()), boundTo(4000, parts, scheduler).pipe(map(() => 'b')));
      expectObservable(later$.pipe(code())).toBe('6s (b|)');
    }),
  );

  it(
    'leaves its number free when the modem refuses to prepare for it',
    marbles(({ cold, expectObservable }, scheduler) => {
      const parts = stage(scheduler, { firmware: nonos174, script: [['AT+CIPDINFO=1', refused]] });
      for (let port = 0; port < 5; port++) boundTo(0, parts, scheduler).subscribe(ignore);
      const later$ = cold('-----a').pipe(
        mergeMap(() => parts.socket().connect$(peer)),
        map(() => 'c'),
      );
      expectObservable(later$.pipe(code())).toBe('-----c');
    }),
  );

  it(
    'is free at once when it is given up while it is prepared',
    marbles(({ cold, expectObservable }, scheduler) => {
      const parts = stage(scheduler, { firmware: espAt222, script: [['AT+CIPRECVMODE=0', 5, ok]] });
      expectObservable(boundTo(4000, parts, scheduler), '^-!').toBe('---');
      const later$ = concat(cold('--|').pipe(ignoreElements()), boundTo(4000, parts, scheduler).pipe(map(() => 'b')));
      expectObservable(later$.pipe(code())).toBe('-----(b|)');
    }),
  );

  it.each([
    ['is refused', [/^AT\+CIPSTART=.,"UDP"/, 1, refused], 'no'],
    ['is given up while it is prepared', ['AT+CIPRECVMODE=0', 5, ok], 'yes'],
  ] as const)('has the modem hold data back again when it %s', (_, rule, isGivenUp) => {
    marbles(({ cold, flush }, scheduler) => {
      const parts = connected(scheduler, { firmware: espAt222, script: [rule] });
      const binding = boundTo(4000, parts, scheduler).subscribe(ignore);
      cold('--a').subscribe(() => {
        if (isGivenUp === 'yes') binding.unsubscribe();
      });
      flush();
      assert.deepStrictEqual(
        parts.modem.heard.filter((line) => line.startsWith('AT+CIPRECVMODE')),
        ['AT+CIPRECVMODE=0', 'AT+CIPRECVMODE=1'],
      );
    })();
  });
});

it(
  'a datagram port whose number a client has taken leaves the modem as it found it when it is given up',
  marbles(({ cold, flush }, scheduler) => {
    const unasked$ = cold('---a', { a: '4,CONNECT\r\n' });
    const prepared: Rule[] = [
      ['AT+CIPRECVMODE=0', 2, ok],
      [/^AT\+PING/, 5, ok],
    ];
    const script: Rule[] = [serving, ...prepared, ['AT+CIPSTATUS', ok], ['AT+CIPSTATUS', statusOf(4)], nothingWaits];
    const parts = stage(scheduler, { firmware: espAt222, unasked$, script });
    listening(parts).accept$().subscribe();
    const binding = boundTo(4000, parts, scheduler).subscribe(ignore);
    parts.nic.ping$('1.1.1.1').subscribe(ignore);
    cold('----a').subscribe(() => binding.unsubscribe());
    flush();
    assert.deepStrictEqual(
      parts.modem.heard.filter((line) => line.startsWith('AT+CIPRECVMODE')),
      ['AT+CIPRECVMODE=0', 'AT+CIPRECVMODE=1'],
    );
  }),
);

it(
  'a datagram port that waits while the network is lost for long is a port when it opens, and no client',
  marbles(({ cold, expectObservable }, scheduler) => {
    const unasked$ = cold('--a', { a: 'WIFI DISCONNECT\r\n' });
    const inStep: Rule = ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'];
    const busy: Rule = ['AT+CIPMUX?', '\r\nbusy p...\r\n'];
    const silentPeer: Rule[] = [inStep, ...Array.from({ length: 15 }, () => busy), [start4, 40_000, refused]];
    const script: Rule[] = [serving, ...silentPeer];
    const parts = stage(scheduler, { firmware: nonos174, unasked$, script });
    expectObservable(listening(parts).accept$(), '^ 100s !').toBe('-');
    parts.socket().connect$(peer).subscribe(ignore);
    expectObservable(boundTo(4000, parts, scheduler).pipe(map(() => 'b'))).toBe('40s (b|)');
  }),
);

it(
  'a pending accept fails when the modem does not listen again',
  marbles(({ cold, expectObservable }, scheduler) => {
    const script: Rule[] = [['AT+CIPSERVER=1,80', ok], ['AT+CIPSERVER=1,80', refused], serving];
    const unasked$ = cold('10ms a', { a: '\r\nready\r\n' });
    const parts = stage(scheduler, { firmware: nonos174, unasked$, script });
    expectObservable(listening(parts).accept$().pipe(code()), '^ 500s !').toBe('10ms #', undefined, 'EIO');
  }),
);

it(
  'the name of an encrypted connection is not told to the next server',
  marbles(({ cold, flush }, scheduler) => {
    const script: Rule[] = [[/^AT\+CIPSSLCSNI/, ok], [/^AT\+PING/, 5, ok], nothingWaits];
    const { nic, socket, modem } = stage(scheduler, { firmware: espAt222, script });
    const named = socket();
    named.connect$(peer, { tls: { verify: false, serverName: 'a.example' } }).subscribe();
    named.close$().subscribe();
    // Number 4 is next again behind these, and the attempt that is given up before its turn.
    for (let others = 0; others < 4; others++) socket().connect$(peer).subscribe();
    nic.ping$('1.1.1.1').subscribe(ignore);
    const nameless$ = socket().connect$(peer, { tls: { verify: false } });
    nameless$.subscribe().unsubscribe();
    concat(cold('10ms |'), nameless$).subscribe();
    flush();
    const start = modem.heard.indexOf('AT+CIPSTART=4,"SSL","192.168.1.9",80', modem.heard.length - 3);
    assert.strictEqual(modem.heard[start - 1], 'AT+CIPSSLCSNI=4,""');
  }),
);

it(
  'a modem that starts again while a number is cleared is set up before anything else is said',
  marbles(({ expectObservable, flush }, scheduler) => {
    const start: Rule = [/^AT\+CIPSTART=4/, 1, `ALREADY CONNECTED\r\n${refused}`];
    const script: Rule[] = [start, ['AT+CIPCLOSE=4', 1, '\r\nready\r\n']];
    const { socket, modem } = stage(scheduler, { firmware: nonos174, script });
    expectObservable(socket().connect$(peer).pipe(code())).toBe('--#', undefined, 'ECONNRESET');
    flush();
    assert.strictEqual(modem.heard[2], 'AT', modem.heard.join('\n'));
  }),
);

it(
  'a modem that starts again under a listen is set up before anything else is said',
  marbles(({ flush }, scheduler) => {
    const parts = stage(scheduler, { firmware: nonos174, script: [['AT+CIPSERVER=1,80', 1, '\r\nready\r\n']] });
    const server = parts.socket();
    concat(server.bind$(['0.0.0.0', 80]), server.listen$()).subscribe(ignore);
    flush();
    assert.strictEqual(parts.modem.heard[2], 'AT', parts.modem.heard.join('\n'));
  }),
);

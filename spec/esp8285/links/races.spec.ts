import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, ignoreElements, map, mergeMap, type SchedulerLike, take } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { DatagramSocket } from '../../../src/usocket';
import { IPPROTO_TCP, TCP_NODELAY } from '../../../src/usocket/contract/constants';
import { marbles } from '../../streams/marbles';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, listening, peer, stage, type Stage, text } from '../../../harness/modems/stage';

const [ok, refused] = ['\r\nOK\r\n', '\r\nERROR\r\n'];
const statusOf = (id: number) => `STATUS:3\r\n+CIPSTATUS:${id},"TCP","192.168.1.3",50001,80,1\r\n${ok}`;
/** The first question is the set-up's own. */
const [serving, nothingOpen]: readonly [Rule, Rule] = [
  [/^AT\+CIP(?:SERVER=1|STO|SSLSIZE)/, ok],
  ['AT+CIPSTATUS', `STATUS:2\r\n${ok}`],
];
const nothingWaits: Rule = [/^AT\+CIPRECVDATA/, 1, refused];

function boundTo(port: number, { nic }: Stage, scheduler: SchedulerLike) {
  return new DatagramSocket(nic, { scheduler }).bind$(['0.0.0.0', port]);
}

const ignore = { error: () => undefined };

describe('who takes the first value only has what it says', () => {
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

describe('a number that has a new owner', () => {
  it(
    'gives him nothing that was read for the one before',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,6\r\n4,CLOSED\r\n' });
      const script: Rule[] = [['AT+CIPRECVDATA=4,6', 10, nonos174.read('secret')], nothingWaits];
      const { link4, socket } = connected(scheduler, { firmware: nonos174, unasked$, script });
      for (let others = 0; others < 4; others++) socket().connect$(peer).subscribe();
      const next = socket();
      const reads$ = concat(cold('-----|'), link4.close$(), next.connect$(peer)).pipe(ignoreElements());
      expectObservable(concat(reads$, next.recv$(99)).pipe(text()), '^ 100ms !').toBe('-');
    }),
  );

  it(
    'gives a datagram port nothing that was read for the connection before',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,6\r\n4,CLOSED\r\n' });
      const script: Rule[] = [['AT+CIPRECVDATA=4,6', 10, nonos174.read('secret')], nothingWaits];
      const { link4, socket, nic } = connected(scheduler, { firmware: nonos174, unasked$, script });
      for (let others = 0; others < 4; others++) socket().connect$(peer).subscribe();
      const port = new DatagramSocket(nic, { scheduler });
      const bound$ = concat(cold('-----|'), link4.close$(), port.bind$(['0.0.0.0', 4000])).pipe(ignoreElements());
      expectObservable(concat(bound$, port.recv$(99)).pipe(text(), code()), '^ 100ms !').toBe('-');
    }),
  );

  it.each([
    ['AT 1.5', nonos15],
    ['AT 1.7.4', nonos174],
    ['ESP-AT 2.2.2', espAt222],
  ])('is a client, where the end of the connection before was lost: that one fails, %s', (_, firmware) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const isPushed = firmware === nonos15;
      const unasked$ = cold('--ab', { a: '4,CONNECT\r\n', b: `\r\n+IPD,4,3${isPushed ? ':abc' : '\r\n'}` });
      const reads: Rule[] = [['AT+CIPRECVDATA=4,3', firmware.read('abc')], nothingWaits];
      const script: Rule[] = [serving, nothingOpen, ['AT+CIPSTATUS', statusOf(4)], ...reads];
      const parts = connected(scheduler, { firmware, unasked$, script });
      const said$ = listening(parts)
        .accept$()
        .pipe(concatMap(([client]) => client.recv$(9)));
      expectObservable(parts.link4.recv$(99).pipe(text(), code()), '^ 1s !').toBe('--#', undefined, 'ECONNRESET');
      expectObservable(said$.pipe(text()), '^ 1s !').toBe('---(a|)', { a: 'abc' });
    })();
  });

  it(
    'is a client, where an encrypted connection was to have it: he is read like any other',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-----a', { a: '\r\n+IPD,4,3\r\n' });
      const taken = `4,CONNECT\r\nALREADY CONNECTED\r\n${refused}`;
      const script: Rule[] = [
        ...[serving, nothingOpen, ['AT+CIPSTATUS', statusOf(4)] as const],
        ['AT+CIPSTART=4,"SSL","192.168.1.9",80', 1, taken],
        ...[['AT+CIPRECVDATA=4,3', nonos174.read('abc')] as const, nothingWaits],
      ];
      const parts = stage(scheduler, { firmware: nonos174, unasked$, script });
      const said$ = listening(parts)
        .accept$()
        .pipe(concatMap(([client]) => client.recv$(9)));
      parts
        .socket()
        .connect$(peer, { tls: { verify: false } })
        .subscribe(ignore);
      expectObservable(said$.pipe(text(), code())).toBe('-----(a|)', { a: 'abc' });
    }),
  );

  it(
    'is not closed for a datagram port that waits to be closed',
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('---ab', { a: '3,CLOSED\r\n', b: '3,CONNECT\r\n' });
      const slow: Rule = ['hello', '\r\nRecv 5 bytes\r\n', 9, '\r\nSEND OK\r\n'];
      const script: Rule[] = [serving, nothingOpen, ['AT+CIPSTATUS', statusOf(3)], slow];
      const parts = connected(scheduler, { firmware: nonos174, unasked$, script });
      const accepted: string[] = [];
      listening(parts)
        .accept$()
        .subscribe(([, address]) => accepted.push(String(address)));
      const port = new DatagramSocket(parts.nic, { scheduler });
      port.bind$(['0.0.0.0', 4000]).subscribe();
      parts.link4.sendall$('hello').subscribe();
      concat(cold('-|'), port.close$()).subscribe();
      flush();
      assert.deepStrictEqual(accepted, ['192.168.1.3,50001']);
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=3'));
    }),
  );

  it(
    'is not closed for a start that was refused for it',
    marbles(({ flush }, scheduler) => {
      const taken = `ALREADY CONNECTED\r\n${refused}4,CLOSED\r\n4,CONNECT\r\n`;
      const start: Rule = ['AT+CIPSTART=4,"TCP","192.168.1.9",80', 1, taken];
      const script: Rule[] = [serving, nothingOpen, ['AT+CIPSTATUS', statusOf(4)], start, [/^AT\+PING/, 5, ok]];
      const parts = stage(scheduler, { firmware: nonos174, script });
      listening(parts).accept$().subscribe();
      parts.socket().connect$(peer).subscribe(ignore);
      parts.nic.ping$('1.1.1.1').subscribe(ignore);
      flush();
      assert.ok(!parts.modem.heard.includes('AT+CIPCLOSE=4'), parts.modem.heard.join('\n'));
    }),
  );

  it(
    'is no client that has come and gone inside an answer',
    marbles(({ cold, flush }, scheduler) => {
      const ended = `STATUS:3\r\n+CIPSTATUS:4,"UDP","0.0.0.0",4000,4000,0\r\n4,CLOSED\r\n${ok}`;
      const waiting: Rule = ['AT+CIPRECVLEN?', `+CIPRECVLEN:0,0,0,0,0\r\n${ok}`];
      const script: Rule[] = [serving, waiting, nothingOpen, ['AT+CIPSTATUS', 1, ended], nothingOpen];
      const parts = stage(scheduler, { firmware: nonos174, script, longestQuiet: 2000 });
      boundTo(4000, parts, scheduler).subscribe();
      const accepted: string[] = [];
      listening(parts)
        .accept$()
        .subscribe({ next: ([, address]) => accepted.push(String(address)), ...ignore });
      concat(cold('5s |'), parts.nic.close$()).subscribe();
      flush();
      assert.deepStrictEqual(accepted, []);
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
  'the end of a connection comes, though data are pushed for a datagram port by then',
  marbles(({ cold, expectObservable }, scheduler) => {
    const unasked$ = cold('--a', { a: '\r\n+IPD,4,4\r\n' });
    const script: Rule[] = [['AT+CIPRECVDATA=4,4', 1, espAt222.read('abcd'), '4,CLOSED\r\n'], nothingWaits];
    const parts = stage(scheduler, { firmware: espAt222, unasked$, script });
    const slow = parts.socket({ receiveBuffer: 4 });
    slow.connect$(peer).subscribe();
    concat(cold('10ms |'), boundTo(4000, parts, scheduler)).subscribe();
    const reads$ = concat(cold('20ms |').pipe(ignoreElements()), slow.recv$(99), slow.recv$(99));
    expectObservable(reads$.pipe(text()), '^ 100s !').toBe('20ms a(b|)', { a: 'abcd', b: '' });
  }),
);

it(
  'who accepts is told when the modem does not listen again',
  marbles(({ cold, expectObservable }, scheduler) => {
    const script: Rule[] = [['AT+CIPSERVER=1,80', ok], ['AT+CIPSERVER=1,80', refused], serving];
    const unasked$ = cold('10ms a', { a: '\r\nready\r\n' });
    const parts = stage(scheduler, { firmware: nonos174, unasked$, script });
    expectObservable(listening(parts).accept$().pipe(code()), '^ 500s !').toBe('10ms #', undefined, 'EIO');
  }),
);

it(
  'nothing follows a send that was given up, and failed',
  marbles(({ cold, expectObservable, flush }, scheduler) => {
    const failing: Rule = ['hello', 2000, '\r\nRecv 5 bytes\r\n\r\nSEND FAIL\r\n'];
    const { link4, modem } = connected(scheduler, { firmware: espAt222, script: [failing] });
    const sending = link4.sendall$('hello').subscribe();
    cold('1s a').subscribe(() => {
      sending.unsubscribe();
    });
    const next$ = concat(cold('10s |').pipe(ignoreElements()), link4.sendall$('after').pipe(map(() => 's')));
    expectObservable(next$.pipe(code())).toBe('10s #', undefined, 'EIO');
    flush();
    assert.ok(!modem.heard.includes('after'));
  }),
);

it(
  'a modem that lacks a byte of a send is given others, and others go on: ETIMEDOUT, for the peer has had junk',
  marbles(({ expectObservable, flush }, scheduler) => {
    // It takes the question that it is asked for what it lacks.
    const script: Rule[] = [
      ['AT+CIPSEND=4,5', nonos174.prompt],
      ['hello'],
      ['AT+CIPMUX?', `+CIPMUX:1\r\n${ok}`],
      ['AT+CIPMUX?', '\r\nRecv 5 bytes\r\n\r\nbusy s...\r\n', 10, '\r\nSEND OK\r\n'],
      ['AT+CIPMUX?', '\r\nbusy s...\r\n'],
      ['AT+CIPMUX?', `+CIPMUX:1\r\n${ok}`],
    ];
    const { link4, socket, modem } = connected(scheduler, { firmware: nonos174, script });
    expectObservable(link4.sendall$('hello').pipe(code())).toBe('2500ms #', undefined, 'ETIMEDOUT');
    expectObservable(socket().connect$(['192.168.1.9', 80]).pipe(ignoreElements())).toBe('2750ms |');
    flush();
    assert.ok(!modem.heard.slice(2).some((said) => said.startsWith('AT+CIPSEND')));
  }),
);

it(
  'a send that is refused when the network is lost is no word of the peer: ENETDOWN',
  marbles(({ cold, expectObservable }, scheduler) => {
    const unasked$ = cold('-a', { a: 'WIFI DISCONNECT\r\n4,CLOSED\r\n' });
    const { link4 } = connected(scheduler, { firmware: nonos174, unasked$, script: [nothingWaits] });
    const late$ = concat(cold('---|').pipe(ignoreElements()), link4.sendall$('hello'));
    expectObservable(late$.pipe(code())).toBe('---#', undefined, 'ENETDOWN');
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

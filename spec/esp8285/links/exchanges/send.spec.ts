import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { espAt222, type Firmware, nonos12, nonos15 } from '../../../../harness/modems/firmware';
import { code, connected, start3, text } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const values = { s: 'sent' };
const sent = map(() => 'sent');
const sentOk = (length: number, after = 5): Rule => [
  /^[^A]/s,
  `\r\nRecv ${length} bytes\r\n`,
  after,
  '\r\nSEND OK\r\n',
];

describe.each<[string, Firmware]>([
  ['AT 1.2', nonos12],
  ['ESP-AT 2.2.2', espAt222],
])('sending, %s', (_, firmware) => {
  const prompted = (after: number): Rule => [/^AT\+CIPSEND=4,\d+$/, after, firmware.prompt];

  it(
    'S21 S22 says how much, waits for the prompt, gives the bytes, and is over at SEND OK',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [prompted(3), ['hello', 4, '\r\nRecv 5 bytes\r\n', 8, '\r\nSEND OK\r\n'] as const];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('15ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,5', 'hello']);
    }),
  );

  it(
    'S28 goes on when the modem says busy before it says Recv, and repeats nothing',
    marbles(({ expectObservable, flush }, scheduler) => {
      const busy = '\r\nbusy s...\r\n';
      const script = [prompted(3), ['hello', 1, busy, 3, '\r\nRecv 5 bytes\r\n', 8, '\r\nSEND OK\r\n'] as const];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('15ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,5', 'hello']);
    }),
  );

  it(
    'sends bytes as they are, whatever they look like',
    marbles(({ expectObservable, flush }, scheduler) => {
      const bytes = '\r\nAT+RST\r\n\0+++\xff\\"';
      const { link4, modem } = connected(scheduler, { firmware, script: [sentOk(bytes.length)] });
      expectObservable(link4.sendall$(Buffer.from(bytes, 'latin1')).pipe(sent)).toBe('-----(s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, [`AT+CIPSEND=4,${bytes.length}`, bytes]);
    }),
  );

  it(
    'S30 sends at most 2048 bytes at once, all of them and in order',
    marbles(({ expectObservable, flush }, scheduler) => {
      const last: Rule = [/^[^A].{903}$/s, '\r\nRecv 904 bytes\r\n', 5, '\r\nSEND OK\r\n'];
      const bytes = Buffer.from(Array.from({ length: 5000 }, (__, at) => 97 + (at % 26)));
      const { link4, modem } = connected(scheduler, { firmware, script: [last, sentOk(2048)] });
      expectObservable(link4.sendall$(bytes).pipe(sent)).toBe('15ms (s|)', values);
      flush();
      const lines = modem.heard.filter((said) => said.startsWith('AT'));
      assert.deepStrictEqual(lines, ['AT+CIPSEND=4,2048', 'AT+CIPSEND=4,2048', 'AT+CIPSEND=4,904']);
      assert.strictEqual(modem.heard.filter((said) => !said.startsWith('AT')).join(''), bytes.toString());
    }),
  );

  it(
    'keeps the order of two sends',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = connected(scheduler, { firmware, script: [sentOk(3)] });
      expectObservable(link4.sendall$('one').pipe(sent)).toBe('-----(s|)', values);
      expectObservable(link4.sendall$('two').pipe(sent)).toBe('----------(s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,3', 'one', 'AT+CIPSEND=4,3', 'two']);
    }),
  );

  it(
    'S25 the peer closes under it: ECONNRESET',
    marbles(({ expectObservable, flush }, scheduler) => {
      const said = firmware === nonos12 ? 'SEND FAIL\r\n' : '\r\nSEND FAIL\r\n';
      const script: Rule[] = [['hello', '\r\nRecv 5 bytes\r\n', 7, '4,CLOSED\r\n', said]];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('7ms #', values, 'ECONNRESET');
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 2), ['AT+CIPSEND=4,5', 'hello']);
    }),
  );

  it(
    'S31 fails, and the link is closed after that: ECONNRESET',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['hello', '\r\nRecv 5 bytes\r\n\r\nSEND FAIL\r\n', 40, '4,CLOSED\r\n']];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('1500ms #', values, 'ECONNRESET');
    }),
  );

  it(
    'S26 fails, and then is well after all',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['hello', '\r\nRecv 5 bytes\r\n\r\nSEND FAIL\r\n', 900, '\r\nSEND OK\r\n'],
        ['again', '\r\nRecv 5 bytes\r\n', 5, '\r\nSEND OK\r\n'],
      ];
      const { link4, modem } = connected(scheduler, { firmware, script });
      const twice$ = concat(link4.sendall$('hello').pipe(ignoreElements()), link4.sendall$('again').pipe(sent));
      expectObservable(twice$).toBe('905ms (s|)', values);
      flush();
      assert.ok(!modem.heard.includes('AT+CIPCLOSE=4'));
    }),
  );

  it(
    'fails for good: EIO, no byte more is sent, and the link is closed with the socket',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['hello', '\r\nRecv 5 bytes\r\n\r\nSEND FAIL\r\n']];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('1500ms #', values, 'EIO');
      expectObservable(link4.recv$(10).pipe(code())).toBe('1500ms #', values, 'EIO');
      flush();
      expectObservable(link4.sendall$('more').pipe(code())).toBe('1500ms #', values, 'EIO');
      flush();
      expectObservable(link4.close$().pipe(sent)).toBe('1500ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,5', 'hello', 'AT+CIPCLOSE=4']);
    }),
  );

  it(
    'the modem has taken a part, because the line has damaged the length: ETIMEDOUT, although that part is sent',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['hello', '\r\nRecv 4 bytes\r\n', 5, '\r\nSEND OK\r\n']];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('#', values, 'ETIMEDOUT');
    }),
  );

  it(
    'S29 is refused for a link that the modem takes for closed',
    marbles(({ expectObservable }, scheduler) => {
      const said = firmware === nonos12 ? 'link is not valid\r\n\r\nERROR\r\n' : '\r\nERROR\r\n';
      const { link4 } = connected(scheduler, { firmware, script: [['AT+CIPSEND=4,5', 2, said]] });
      // 100 for an end that comes late
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('102ms #', values, 'ENOTCONN');
    }),
  );

  it(
    'S29 is refused after a CLOSED, because the peer was first: EPIPE',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPSEND=4,5', 2, '4,CLOSED\r\n', 1, '\r\nERROR\r\n']];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('---#', values, 'EPIPE');
    }),
  );

  it(
    'is refused without a word to the modem once the peer has closed: EPIPE',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '4,CLOSED\r\n' });
      const { link4, modem } = connected(scheduler, { firmware, unasked$ });
      const later$ = concat(cold('-----|'), link4.sendall$('hello'));
      expectObservable(later$.pipe(code())).toBe('-----#', values, 'EPIPE');
      flush();
      assert.ok(!modem.heard.some((said) => said.startsWith('AT+CIPSEND')));
    }),
  );

  it(
    'S23 loses no data that come between prompt, Recv and SEND OK',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSEND=4,5', 2, firmware.prompt, '\r\n+IPD,4,3:abc'],
        ['hello', 2, '\r\nRecv 5 bytes\r\n\r\n+IPD,4,2:de\r\nSEND OK\r\n+IPD,4,1:f'],
      ];
      const { link4 } = connected(scheduler, { firmware, script, receive: 'pushed' });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('----(s|)', values);
      expectObservable(link4.data$.pipe(text())).toBe('--a-(bc)', { a: 'abc', b: 'de', c: 'f' });
    }),
  );

  it(
    'S36 gets no prompt: ETIMEDOUT, and the next command is not taken for data',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem, socket } = connected(scheduler, { firmware, script: [['AT+CIPSEND=4,5']] });
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('5s #', values, 'ETIMEDOUT');
      expectObservable(socket().connect$(['192.168.1.9', 80]).pipe(sent)).toBe('5s (s|)', values);
      flush();
      // Said again once, because the modem has said that it does not wait for bytes.
      const twice = ['AT+CIPSEND=4,5', 'AT+CIPMUX?', 'AT+CIPSEND=4,5', 'AT+CIPMUX?'];
      assert.deepStrictEqual(modem.heard, [...twice, start3]);
    }),
  );

  it(
    'is told again to a modem that is still busy with the last: busy s...',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+CIPSEND=4,5', 1, '\r\nbusy s...\r\n'], prompted(1), sentOk(5)];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('57ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,5', 'AT+CIPSEND=4,5', 'hello']);
    }),
  );

  it(
    'S27 has no result in time: ETIMEDOUT; the late one is not taken for that of the next send',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
        ['hello', '\r\nRecv 5 bytes\r\n', 75_100, '\r\nSEND OK\r\n'],
        ...Array.from({ length: 29 + 2 }, (): Rule => ['AT+CIPMUX?', 1, '\r\nbusy s...\r\n']),
        ['AT+CIPMUX?', 1, '+CIPMUX:1\r\n\r\nOK\r\n'],
        ['there', 5, '\r\nRecv 5 bytes\r\n', 5, '\r\nSEND OK\r\n'],
      ];
      const { link4, modem, socket } = connected(scheduler, { firmware, script });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 80]).subscribe();
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('75s #', values, 'ETIMEDOUT');
      // Busy for 1 + 50 + 1 + 100, in step 1 later; then 10
      expectObservable(link3.sendall$('there').pipe(sent)).toBe('75163ms (s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard.slice(-2), ['AT+CIPSEND=3,5', 'there']);
    }),
  );

  it(
    'takes no result that comes before Recv for its own',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        prompted(1),
        ['hello', 1, '\r\nSEND OK\r\n', 5, '\r\nRecv 5 bytes\r\n', 5, '\r\nSEND OK\r\n'],
      ];
      const { link4 } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('12ms (s|)', values);
    }),
  );

  it(
    'is well although the line has lost a blank of Recv, as a log of 2016 shows',
    marbles(({ expectObservable }, scheduler) => {
      const { link4 } = connected(scheduler, {
        firmware,
        script: [['hello', 1, '\r\nRecv5 bytes\r\n\r\nSEND OK\r\n']],
      });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('-(s|)', values);
    }),
  );

  it(
    'that is given up before its turn is not begun; one under way runs to its end',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem, socket } = connected(scheduler, { firmware, script: [sentOk(5)] });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 80]).subscribe();
      modem.heard.length = 0;
      expectObservable(link4.sendall$('hello'), '--!').toBe('---');
      expectObservable(link3.sendall$('never'), '--!').toBe('---');
      expectObservable(link3.sendall$('there').pipe(sent)).toBe('----------(s|)', values);
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPSEND=4,5', 'hello', 'AT+CIPSEND=3,5', 'there']);
    }),
  );
});

describe('sending, AT 1.5', () => {
  it(
    'S24 hears its prompt after an echo that a message has cut',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPSEND=4,5', 'AT+CIPSEND=0,', 1, '1,CONNECT\r\n', 1, '98\r\r\n', nonos15.prompt],
        ['hello', 1, '\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n'],
      ];
      const { link4 } = connected(scheduler, { firmware: nonos15, script });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('---(s|)', values);
    }),
  );
});

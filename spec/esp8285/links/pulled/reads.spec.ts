import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, ignoreElements, map } from 'rxjs';

import type { Rule } from '../../../../src/testing';
import { espAt222, type Firmware, nonos174 } from '../../../../harness/modems/firmware';
import { code, connected, peer, text } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';

const nothing: Rule = [/^AT\+CIPRECVDATA/, 1, '\r\nERROR\r\n'];

describe.each<[string, Firmware]>([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('receiving what is pulled, %s', (_, firmware) => {
  const read = (size: number, data: string, after = 1): Rule => [
    `AT+CIPRECVDATA=4,${size}`,
    after,
    firmware.read(data),
  ];

  it(
    'S44 S45 asks for what is announced, and for nothing before',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,5\r\n' });
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script: [read(5, 'hello', 2)] });
      expectObservable(link4.data$.pipe(text())).toBe('----a', { a: 'hello' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=4,5']);
    }),
  );

  it(
    'S45 asks for no more than there is room for, and for the rest when it is read',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,3,75\r\n' });
      const more = firmware === espAt222 ? '\r\n+IPD,3,25\r\n' : '';
      const script: Rule[] = [
        ['AT+CIPRECVDATA=3,50', 1, firmware.read('x'.repeat(50)), more],
        ['AT+CIPRECVDATA=3,25', 1, firmware.read('y'.repeat(25))],
      ];
      const { socket, modem } = connected(scheduler, { firmware, unasked$, script });
      const slow = socket({ receiveBuffer: 50 });
      slow.connect$(peer).subscribe();
      modem.heard.length = 0;
      const reading$ = concat(cold('10ms |'), slow.recv$(50), slow.recv$(50)).pipe(map((bytes) => bytes.length));
      expectObservable(reading$).toBe('10ms x(y|)', { x: 50, y: 25 });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=3,50', 'AT+CIPRECVDATA=3,25']);
    }),
  );

  it(
    'asks for as much at once as the firmware gives, until it has it all',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const longest = firmware === nonos174 ? 2048 : 5760;
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,6000\r\n' });
      const [first, rest] = ['x'.repeat(longest), 'y'.repeat(6000 - longest)];
      const script: Rule[] = [
        [`AT+CIPRECVDATA=4,${longest}`, 1, firmware.read(first)],
        [/^AT\+CIPRECVDATA=4/, 1, firmware.read(rest.slice(0, 1000))],
        [/^AT\+CIPRECVDATA=4/, 1, firmware.read(rest.slice(1000, 3000))],
        [/^AT\+CIPRECVDATA=4/, 1, firmware.read(rest.slice(3000))],
      ];
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script });
      const reads = firmware === nonos174 ? 4 : 2;
      expectObservable(link4.read$(6000).pipe(text())).toBe(`${'-'.repeat(2 + reads)}(a|)`, { a: first + rest });
      flush();
      assert.strictEqual(modem.heard.length, reads);
    }),
  );

  it(
    'S47 takes a refusal for "nothing there", and waits for the next notice',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a----b', { a: '\r\n+IPD,4,5\r\n', b: '\r\n+IPD,4,7\r\n' });
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script: [nothing, read(7, 'hello, ')] });
      expectObservable(link4.data$.pipe(text())).toBe('--------a', { a: 'hello, ' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=4,5', 'AT+CIPRECVDATA=4,7']);
    }),
  );

  it(
    'EIO, and no gap, when the line loses a byte of the header of what was asked for',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a----b', { a: '\r\n+IPD,4,5\r\n', b: '\r\n+IPD,4,3\r\n' });
      const damaged = firmware.read('hello').replace('+CIP', 'CIP');
      const script: Rule[] = [['AT+CIPRECVDATA=4,5', 1, damaged], read(3, 'abc')];
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.data$.pipe(text(), code())).toBe('---#', undefined, 'EIO');
      flush();
      assert.ok(!modem.heard.includes('AT+CIPRECVDATA=4,3'));
    }),
  );

  it(
    'takes an empty block for "nothing there", too, and does not ask for ever',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a----b', { a: '\r\n+IPD,4,5\r\n', b: '4,CLOSED\r\n' });
      const script: Rule[] = [[/^AT\+CIPRECVDATA/, 1, firmware.read('')]];
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.data$.pipe(text(), code())).toBe('--------#', undefined, 'ECONNRESET');
      flush();
      assert.strictEqual(modem.heard.length, 2);
    }),
  );

  it(
    'S53 overlooks what a log leaks',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,5\r\n' });
      const script: Rule[] = [['AT+CIPRECVDATA=4,5', 1, 'to read 5 bytes\r\n', firmware.read('hello')]];
      const { link4 } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('---a', { a: 'hello' });
    }),
  );

  it(
    'loses no data of a read that is given up under way',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,5\r\n' });
      const { link4 } = connected(scheduler, { firmware, unasked$, script: [read(5, 'hello', 5)] });
      expectObservable(link4.recv$(10), '----!').toBe('-----');
      expectObservable(concat(cold('------|').pipe(ignoreElements()), link4.recv$(10)).pipe(text())).toBe(
        '-------(a|)',
        { a: 'hello' },
      );
    }),
  );

  it(
    'reads of two links in turn',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,2\r\n\r\n+IPD,3,3\r\n' });
      const script: Rule[] = [read(2, 'hi', 2), ['AT+CIPRECVDATA=3,3', 2, firmware.read('you')]];
      const { link4, socket, modem } = connected(scheduler, { firmware, unasked$, script });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      modem.heard.length = 0;
      expectObservable(link4.data$.pipe(text())).toBe('----a', { a: 'hi' });
      expectObservable(link3.data$.pipe(text())).toBe('------a', { a: 'you' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=4,2', 'AT+CIPRECVDATA=3,3']);
    }),
  );

  it(
    'hears a new notice while a read is under way, and asks once whether it has counted the bytes of that read',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,2\r\n' });
      const script: Rule[] = [
        ['AT+CIPRECVDATA=4,2', 2, '\r\n+IPD,4,5\r\n', firmware.read('he')],
        read(3, 'llo'),
        nothing,
      ];
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('----ab', { a: 'he', b: 'llo' });
      flush();
      assert.deepStrictEqual(modem.heard.slice(2), ['AT+CIPRECVDATA=4,2']);
    }),
  );

  it(
    'gets at once what a notice under a read has announced besides the bytes of that read',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,2\r\n' });
      const script: Rule[] = [
        ['AT+CIPRECVDATA=4,2', 2, '\r\n+IPD,4,5\r\n', firmware.read('he')],
        read(3, 'llo'),
        read(2, ', '),
      ];
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.data$.pipe(text())).toBe('----abc', { a: 'he', b: 'llo', c: ', ' });
      flush();
      assert.strictEqual(modem.heard.length, 3);
    }),
  );

  it(
    'does not doubt a notice that comes before the command of a read, which waits for its turn',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--ab', { a: '\r\n+IPD,4,2\r\n\r\n+IPD,3,3\r\n', b: '\r\n+IPD,3,5\r\n' });
      const script: Rule[] = [read(2, 'hi', 2), ['AT+CIPRECVDATA=3,3', 2, firmware.read('you')]];
      const { link4, socket, modem } = connected(scheduler, {
        firmware,
        unasked$,
        script: [...script, ['AT+CIPRECVDATA=3,2', firmware.read('!!')]],
      });
      const link3 = socket();
      link3.connect$(peer).subscribe();
      modem.heard.length = 0;
      expectObservable(link4.data$.pipe(text())).toBe('----a', { a: 'hi' });
      expectObservable(link3.data$.pipe(text())).toBe('------(ab)', { a: 'you', b: '!!' });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=4,2', 'AT+CIPRECVDATA=3,3', 'AT+CIPRECVDATA=3,2']);
    }),
  );

  it(
    'is waited for as long as bytes of it come: a line of 2400 baud is slow',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,2048\r\n' });
      const [header = '', end = ''] = firmware.read('x'.repeat(2048)).split('x'.repeat(2048));
      const bytes = Array.from({ length: 32 }, () => [265, 'x'.repeat(64)]).flat();
      const script: Rule[] = [['AT+CIPRECVDATA=4,2048', header, ...bytes, end]];
      const { link4, modem } = connected(scheduler, { firmware, unasked$, script, line: { longestPause: 1_000 } });
      const all$ = link4.recv$(4096).pipe(map((read) => read.length));
      expectObservable(all$.pipe(code())).toBe('8482ms (a|)', { a: 2048 });
      flush();
      assert.deepStrictEqual(modem.heard, ['AT+CIPRECVDATA=4,2048']);
    }),
  );

  it(
    'is not handed over in time: EIO, and what comes late is taken for nothing else',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('--a', { a: '\r\n+IPD,4,9\r\n' });
      const script: Rule[] = [
        ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
        ['AT+CIPRECVDATA=4,9', 5_002, firmware.read('4,CLOSED\n')],
        ['AT+CIPMUX?', '\r\nbusy p...\r\n'],
        ['AT+CIPMUX?', 5, '+CIPMUX:1\r\n\r\nOK\r\n'],
      ];
      const { link4, modem, socket } = connected(scheduler, { firmware, unasked$, script });
      expectObservable(link4.recv$(9).pipe(code())).toBe('5002ms #', {}, 'EIO');
      const next$ = concat(
        cold('5003ms |'),
        socket()
          .connect$(peer)
          .pipe(map(() => 'connected')),
      );
      expectObservable(next$).toBe('5008ms (c|)', { c: 'connected' });
      flush();
      assert.deepStrictEqual(modem.heard[1], 'AT+CIPMUX?');
      link4.close$().subscribe();
      assert.strictEqual(modem.heard.at(-1), 'AT+CIPCLOSE=4');
    }),
  );
});

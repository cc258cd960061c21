import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { espAt222, nonos174 } from '../../../harness/modems/firmware';
import type { Rule } from '../../../src/testing';
import { code, connected, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

/** A connection that stays quiet is asked about without end: milliseconds after which a spec is over. */
const endless = 20_000;

describe.each([
  ['AT 1.7.4', nonos174],
  ['ESP-AT 2.2.2', espAt222],
])('data that wait in the modem, over a line that loses bytes, %s', (_, firmware) => {
  const notice = '\r\n+IPD,4,5\r\n';
  const idle = firmware === nonos174 ? 0 : -1;
  const status: Rule = ['AT+CIPSTATUS', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,51234,0\r\n\r\nOK\r\n'];
  const lengths = (waiting: string): Rule => ['AT+CIPRECVLEN?', `+CIPRECVLEN:${waiting}\r\n\r\nOK\r\n`];
  const hello: Rule = ['AT+CIPRECVDATA=4,5', firmware.read('hello')];
  const nothing: Rule = [/^AT\+CIPRECVDATA/, '\r\nERROR\r\n'];

  it.each([
    ['a byte of the data', 'hell'],
    ['its last byte and a line end', 'hell\r\n'],
  ])('a read that has lost %s: EIO, and nothing of it', (__, data) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPRECVDATA=4,5', firmware.read('hello').replace('hello', data)]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: notice }) });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    })();
  });

  it(
    'a read that has lost as many bytes as the end of the answer has, which the block takes in their place: EIO',
    marbles(({ cold, expectObservable }, scheduler) => {
      const more = '\r\n+IPD,4,20\r\n';
      const script: Rule[] = [['AT+CIPRECVDATA=4,11', firmware.read('hello world').replace(' world', ''), more]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: '\r\n+IPD,4,11\r\n' }) });
      // 1 + 2500 of quiet
      expectObservable(link4.data$.pipe(text(), code())).toBe('2501ms #', {}, 'EIO');
    }),
  );

  it.each([
    ['before other data', '\r\nERROR\r\n\u0001\u0002\u0003'],
    ['after other data', '\u0001\u0002\u0003\r\nERROR'],
  ])('a read that has lost its header, and whose data look like a refusal, %s: EIO', (__, data) => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPRECVDATA=4,12', `${data}\r\nOK\r\n`]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: '\r\n+IPD,4,12\r\n' }) });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    })();
  });

  it(
    'a read that has lost its header, and whose data look like a shorter answer: EIO',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPRECVDATA=4,40', `\u0001\u0002\u0003${firmware.read('hello')}`]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: '\r\n+IPD,4,40\r\n' }) });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    }),
  );

  it(
    'a whole answer after noise is whole',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPRECVDATA=4,5', `\u0001\u0002\u0003\r\n${firmware.read('hello')}`]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: notice }) });
      expectObservable(link4.recv$(9).pipe(text())).toBe('-(a|)', { a: 'hello' });
    }),
  );

  it(
    'data that end like the end of an answer are data when that comes',
    marbles(({ cold, expectObservable }, scheduler) => {
      const data = 'a\r\nOK\r\n';
      const script: Rule[] = [['AT+CIPRECVDATA=4,7', firmware.read(data)]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: '\r\n+IPD,4,7\r\n' }) });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-d', { d: data });
    }),
  );

  it(
    'a length that has lost a digit: EIO, and nothing of it',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [
        ['AT+CIPRECVDATA=4,12', firmware.read('hello, world').replace('12', '1')],
        ['AT+CIPRECVDATA=4,12', firmware.read('hello, world')],
      ];
      const { link4 } = connected(scheduler, {
        firmware,
        script,
        unasked$: cold('-a', { a: '\r\n+IPD,4,12\r\n' }),
      });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    }),
  );

  it(
    'more than was asked for is not waited for: EIO',
    marbles(({ cold, expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPRECVDATA=4,5', firmware.read('hello').replace('5', '6')]];
      const { link4 } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: notice }) });
      expectObservable(link4.data$.pipe(text(), code())).toBe('-#', {}, 'EIO');
    }),
  );

  it(
    'a block that pauses was cut off: EIO, and its command is waited for no longer than any',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const script: Rule[] = [['AT+CIPRECVDATA=4,5', firmware.read('hello').slice(0, -8)]];
      const { link4, modem } = connected(scheduler, { firmware, script, unasked$: cold('-a', { a: notice }) });
      expectObservable(link4.data$.pipe(text(), code())).toBe('- 500ms #', {}, 'EIO');
      flush();
      assert.strictEqual(modem.heard[1], 'AT+CIPMUX?');
      assert.strictEqual(scheduler.now(), 2_501);
    }),
  );

  it(
    'what comes unasked with data for a link whose data wait is none of it',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,4:evil' });
      const script: Rule[] = [lengths(`${idle},${idle},${idle},${idle},5`), status, hello];
      const { link4 } = connected(scheduler, { firmware, script, unasked$, longestQuiet: 10_000 });
      scheduler.maxFrames = endless;
      expectObservable(link4.recv$(9).pipe(text())).toBe('2s (a|)', { a: 'hello' });
    }),
  );

  it(
    'a notice that is lost is asked for after 2 s, and again after twice as long',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        lengths(`${idle},${idle},${idle},${idle},0`),
        lengths(',,,,0'),
        lengths(',,,,5'),
        status,
        hello,
      ];
      const { link4, modem } = connected(scheduler, { firmware, script, longestQuiet: 10_000 });
      // The modem says again and again that the same bytes wait.
      scheduler.maxFrames = 14_000;
      expectObservable(link4.recv$(5).pipe(text())).toBe('14s (a|)', { a: 'hello' });
      flush();
      assert.deepStrictEqual(modem.heard.slice(0, 2), ['AT+CIPRECVLEN?', 'AT+CIPSTATUS']);
      // Afterwards the link is quiet again, and polled for.
      const before = modem.heard.slice(0, modem.heard.indexOf('AT+CIPRECVDATA=4,5'));
      assert.strictEqual(before.filter((line) => line === 'AT+CIPRECVLEN?').length, 3);
    }),
  );

  it(
    'a notice that is damaged is asked for, and harms nobody',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+PD,4,5\r\n' });
      const inStep: Rule = ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'];
      const script: Rule[] = [
        inStep,
        lengths(`${idle},${idle},${idle},${idle},5`),
        ['AT+CIPSTATUS', 'STATUS:2\r\n\r\nOK\r\n'],
        status,
        hello,
      ];
      const { link4 } = connected(scheduler, { firmware, script, unasked$ });
      expectObservable(link4.recv$(9).pipe(text())).toBe('- 3s (a|)', { a: 'hello' });
    }),
  );

  it(
    'an end that is lost is found out, and is no clean end: nobody has heard how it was',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [lengths(`${idle},${idle},${idle},${idle},${idle}`), nothing];
      const { link4 } = connected(scheduler, { firmware, script, longestQuiet: 10_000 });
      scheduler.maxFrames = endless;
      expectObservable(link4.recv$(5).pipe(text(), code())).toBe('2100ms #', {}, 'ECONNRESET');
    }),
  );
});

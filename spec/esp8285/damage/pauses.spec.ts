import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, endWith, ignoreElements, type Observable } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { OSError } from '../../../src/usocket/contract/osError';
import { marbles } from '../../../harness/time/marbles';
import { espAt222, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, connected, text, unstarted } from '../../../harness/modems/stage';

/** Lines as the transports describe them. */
const network = {
  longestPause: 3_000,
  advice: { loss: 'check the port of the server x:1', silence: 'check the server x:1, and the network to it' },
};
const serial = { longestPause: 100 };
const both: Rule = ['AT+CIPSTATUS', 'STATUS:3\r\n+CIPSTATUS:4,"TCP","192.168.1.9",80,51234,0\r\n\r\nOK\r\n'];

describe('a line that pauses in the middle of what the modem says', () => {
  it(
    'for as long as it says that it may: F10, the block is whole',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a 1199ms b', { a: '\r\n+IPD,4,6:abc', b: 'def' });
      const { link4 } = connected(scheduler, { firmware: nonos15, line: network, unasked$ });
      expectObservable(link4.read$(6).pipe(text(), code())).toBe('- 1200ms (a|)', { a: 'abcdef' });
    }),
  );

  it(
    'in a status line, a header, a line end: nobody notices',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a 1199ms b 1199ms c 1199ms d 1199ms e', {
        a: 'WIFI CONN',
        b: 'ECTED\r',
        c: '\n\r\n+IPD,4',
        d: ',3:',
        e: 'abc4,CLOSED\r\n',
      });
      const { link4 } = connected(scheduler, { firmware: nonos15, line: network, unasked$ });
      expectObservable(link4.read$().pipe(text(), code())).toBe('- 4800ms (a|)', { a: 'abc' });
    }),
  );

  it.each([
    ['AT 1.7.4', nonos174],
    ['ESP-AT 2.2.2', espAt222],
  ])('1.2 s in each answer of the set-up and of a connection: both work, %s', (_, firmware) => {
    marbles(({ flush }, scheduler) => {
      const rules = firmware.rules.map(([heard, said = '']): Rule => {
        assert.ok(typeof said === 'string');
        const middle = said.length >> 1;
        return [heard, said.slice(0, middle), 1_200, said.slice(middle)];
      });
      const { nic, socket } = unstarted(scheduler, { firmware: { ...firmware, rules }, line: network });
      const connected$ = defer(() => socket().connect$(['192.168.1.9', 80]));
      const steps$: Observable<string> = concat(nic.start$(), connected$).pipe(
        ignoreElements(),
        endWith('connected'),
        code(),
      );
      let ended = '';
      steps$.subscribe((said) => (ended = said));
      scheduler.maxFrames = 60_000;
      flush();
      assert.strictEqual(ended, 'connected');
    })();
  });

  it.each([
    ['a serial port', 'pushed', serial, 100, /fell silent.*power supply/],
    ['a serial port', 'pulled', serial, 100, /fell silent.*baud rate.*has started again/],
    ['a network', 'pushed', network, 3_000, /fell silent.*server x:1, and the network/],
    ['a network', 'pulled', network, 3_000, /fell silent.*server x:1.*has started again/],
  ] as const)('for longer, over %s, %s: EIO, and advice for that line', (of, how, line, pause, said) => {
    marbles(({ cold, flush }, scheduler) => {
      const isPushed = how === 'pushed';
      const { link4 } = connected(scheduler, {
        firmware: isPushed ? nonos15 : nonos174,
        line,
        // The set-up asks once; a modem that has stopped says no more.
        script: [
          both,
          ['AT+CIPMUX?', '+CIPMUX:1\r\n\r\nOK\r\n'],
          ...(isPushed ? [] : ([['AT+CIPMUX?']] as const)),
          ['AT+CIPRECVDATA=4,60', nonos174.read('x'.repeat(60)).slice(0, -20)],
        ],
        unasked$: cold('-a', { a: isPushed ? '\r\n+IPD,4,60:cut off' : '\r\n+IPD,4,60\r\n' }),
      });
      let failure: unknown;
      let at = 0;
      link4.data$.subscribe({
        error: (error: unknown) => {
          failure = error;
          at = scheduler.now();
        },
      });
      flush();
      assert.ok(failure instanceof OSError);
      assert.strictEqual(failure.code, 'EIO');
      assert.match(failure.message, said);
      if (of === 'a network') assert.doesNotMatch(failure.message, /baud/);
      assert.strictEqual(at, 1 + pause);
    })();
  });

  it(
    'what the user says counts more than what the line says',
    marbles(({ cold, expectObservable }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,6:abc' });
      const options = { firmware: nonos15, line: network, longestPause: 50, script: [both], unasked$ };
      const { link4 } = connected(scheduler, options);
      expectObservable(link4.data$.pipe(text(), code())).toBe('- 50ms #', {}, 'EIO');
    }),
  );

  it(
    'F22 bytes that a server of a network line has swallowed are its matter: EIO, and the line lives',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const unasked$ = cold('-a', { a: '\r\n+IPD,4,5:hel\r\n+IPD,3,2:hi' });
      const { link4, socket } = connected(scheduler, { firmware: nonos15, line: network, unasked$ });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 80]).subscribe();
      let failure: unknown;
      link4.data$.subscribe({ error: (error: unknown) => (failure = error) });
      expectObservable(link3.recv$(5).pipe(text(), code())).toBe('-(a|)', { a: 'hi' });
      flush();
      assert.ok(failure instanceof OSError && failure.message.includes('check the port of the server x:1'));
    }),
  );
});

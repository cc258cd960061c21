import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, filter, ignoreElements, map, timer } from 'rxjs';

import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos12 } from '../../../harness/modems/firmware';
import { code, connected, text } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';

const values = { s: 'sent', h: 'hi' };
const sent = map(() => 'sent');

/** Without a send buffer, firmware sends for one link at a time, and calls everything else busy until the peer has taken it. */
describe.each<[string, Firmware]>([
  ['AT 1.2', nonos12],
  ['ESP-AT 2.2.2', espAt222],
])('a peer that takes its time, %s', (_, firmware) => {
  const taken = (length: number, milliseconds: number, beforeRecv = 0): Rule => [
    new RegExp(`^[^A].{${length - 1}}$`, 's'),
    beforeRecv,
    `\r\nRecv ${length} bytes\r\n`,
    milliseconds,
    '\r\nSEND OK\r\n',
  ];
  const sizesOf = (heard: readonly string[]) =>
    heard.flatMap((said) => /^AT\+CIPSEND=4,(\d+)$/.exec(said)?.slice(1).map(Number) ?? []);

  it(
    'is named in the trace, once for each send, while everybody waits for it',
    marbles(({ expectObservable }, scheduler) => {
      const { nic, link4, socket } = connected(scheduler, { firmware, script: [taken(5, 9_000), taken(7, 5)] });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 80]).subscribe();
      const notes$ = nic.trace$.pipe(
        filter(({ kind }) => kind === 'note'),
        map(({ link, text: said }) => `${link}: ${said}`),
      );
      expectObservable(notes$, '^ 60s !').toBe('2500ms n', {
        n:
          '4: link 4 stands in the way of everybody: after 2.5 s the modem is still sending its 5 bytes, ' +
          'which its peer does not take',
      });
      expectObservable(link4.sendall$('hello').pipe(sent)).toBe('9s (s|)', values);
      expectObservable(link3.sendall$('welcome').pipe(sent)).toBe('9005ms (s|)', values);
    }),
  );

  it(
    'gets one segment at a time after a send of more than a second, until it is quick again',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script = [taken(2048, 1_500), taken(536, 1_200), taken(536, 300), taken(1072, 5), taken(2048, 5)];
      const { link4, modem } = connected(scheduler, { firmware, script });
      expectObservable(link4.sendall$(Buffer.alloc(6_240, 'x')).pipe(sent)).toBe('3010ms (s|)', values);
      flush();
      assert.deepStrictEqual(sizesOf(modem.heard), [2048, 536, 536, 1072, 2048]);
    }),
  );

  it(
    'is not confused with a slow line: the time of the bytes on the line does not count',
    marbles(({ expectObservable, flush }, scheduler) => {
      const { link4, modem } = connected(scheduler, { firmware, script: [taken(2048, 5, 2_200)] });
      expectObservable(link4.sendall$(Buffer.alloc(4_096, 'x')).pipe(sent)).toBe('4410ms (s|)', values);
      flush();
      assert.deepStrictEqual(sizesOf(modem.heard), [2048, 2048]);
    }),
  );

  it(
    'is given up, and alone, before the modem is set up anew: the others go on as soon as the modem does',
    marbles(({ expectObservable, cold, flush }, scheduler) => {
      const stuck: Rule = ['hello', '\r\nRecv 5 bytes\r\n', 100_000, 'SEND FAIL\r\n4,CLOSED\r\n'];
      const { nic, link4, modem, socket } = connected(scheduler, {
        firmware,
        script: [stuck, taken(7, 5)],
        receive: 'pushed',
        unasked$: cold('120s a', { a: '\r\n+IPD,3,2:hi' }),
      });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 80]).subscribe();
      modem.heard.length = 0;
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('75s #', values, 'ETIMEDOUT');
      const waiting$ = concat(timer(10_000, scheduler).pipe(ignoreElements()), link3.sendall$('welcome').pipe(sent));
      // The modem is asked once a second when it is done.
      const went: number[] = [];
      waiting$.subscribe(() => went.push(scheduler.now()));
      expectObservable(link3.recv$(5).pipe(text())).toBe('120s (h|)', values);
      expectObservable(nic.status$.pipe(map(({ modem: state }) => state))).toBe('u', { u: 'up' });
      flush();
      assert.ok(went.length === 1 && went[0]! >= 100_000 && went[0]! <= 101_500, String(went));
      assert.ok(!modem.heard.some((said) => /^AT(?:E0|\+RST|\+GMR)$/.test(said)));
    }),
  );

  it(
    'that takes nothing has the modem declared down after two minutes, and not before: EIO for the others',
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['hello', '\r\nRecv 5 bytes\r\n', 400_000, '\r\nSEND OK\r\n']];
      const { nic, link4, socket } = connected(scheduler, { firmware, script });
      const link3 = socket();
      link3.connect$(['192.168.1.9', 80]).subscribe();
      expectObservable(link4.sendall$('hello').pipe(code())).toBe('75s #', values, 'ETIMEDOUT');
      expectObservable(link3.sendall$('welcome').pipe(code())).toBe('195s #', values, 'EIO');
      expectObservable(nic.status$.pipe(map(({ modem: state }) => state)), '^ 194s !').toBe('u', { u: 'up' });
    }),
  );
});

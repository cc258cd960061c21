import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { noop, type Observable } from 'rxjs';

import { common } from '../../../src/esp8285/commands/catalogue';
import type { Block } from '../../../src/esp8285/grammar/frame';
import { Trace } from '../../../src/esp8285/trace/trace';
import { nonos174 } from '../../../harness/modems/firmware';
import { connected, stage, unstarted } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { told } from '../support/traceText';

/** Something whose contents nobody may look at. */
function unread<T extends object>(what: T): T {
  return new Proxy(what, { get: (_, key) => assert.fail(`${String(key)} was looked at`) });
}

describe('trace$', () => {
  it(
    'tells what goes both ways, with its link, and of payloads the size only',
    marbles(({ flush }, scheduler) => {
      const { nic, link4 } = connected(scheduler, {
        firmware: nonos174,
        script: [
          ['AT+CIPSENDBUF=4,5', 1, '1,0\r\n\r\nOK\r\n> '],
          ['hello', 1, '\r\nRecv 5 bytes\r\n', 1, '\r\n4,1,SEND OK\r\n\r\n+IPD,4,2\r\n'],
          ['AT+CIPRECVDATA=4,2', 2, nonos174.read('hi')],
        ],
      });
      const events = told(nic.trace$);
      link4.sendall$('hello').subscribe();
      link4.recv$(9).subscribe();
      flush();
      assert.deepStrictEqual(events, [
        '0 > command 4 17 AT+CIPSENDBUF=4,5',
        '1 < line - 3 1,0',
        '1 < final - 2 OK',
        '1 < prompt - 1 >',
        '1 > data 4 5 5 bytes',
        '2 < taken - 12 Recv 5 bytes',
        '3 < segment 4 18 segment 1: SEND OK',
        '3 < notice 4 12 2 bytes wait',
        '3 > command 4 18 AT+CIPRECVDATA=4,2',
        '5 < block 4 2 2 bytes',
        '5 < final - 2 OK',
      ]);
    }),
  );

  it(
    'tells of the set-up too, and completes with the line',
    marbles((_, scheduler) => {
      const { nic } = unstarted(scheduler, { firmware: nonos174 });
      const events = told(nic.trace$);
      nic.start$().subscribe();
      assert.deepStrictEqual(events.slice(0, 4), [
        '0 > command - 2 AT',
        '0 < final - 2 OK',
        '0 > command - 4 ATE0',
        '0 < line - 4 ATE0',
      ]);
      nic.close$().subscribe();
      assert.deepStrictEqual(events.slice(-3), ['0 > command - 13 AT+CIPCLOSE=5', '0 < final - 2 OK', '|']);
    }),
  );

  it(
    'goes on when a start has failed and is tried again, and completes when the line is lost',
    marbles(({ cold, flush }, scheduler) => {
      const unasked$ = cold('130s #');
      const { nic, modem } = unstarted(scheduler, { firmware: nonos174, unasked$ });
      const events = told(nic.trace$);
      modem.fallSilent();
      const tryToStart = (): void => void nic.start().catch(noop);
      tryToStart();
      scheduler.schedule(tryToStart, 120_000);
      flush();
      assert.ok(events.includes('0 > command - 2 AT'));
      assert.ok(events.includes('120000 > command - 2 AT'));
      assert.equal(events.at(-1), '|');
    }),
  );

  it(
    'shows a network name that would colour a terminal without its control characters',
    marbles((_, scheduler) => {
      const { nic } = stage(scheduler, {
        firmware: nonos174,
        script: [['AT+CWLAP', '+CWLAP:(0,"\x1b[31mred",-40)\r\n\r\nOK\r\n']],
      });
      const events = told(nic.trace$);
      nic.scan$().subscribe();
      assert.equal(events[1], '0 < line - 25 +CWLAP:(0,"\ufffd[31mred",-40)');
    }),
  );

  it('makes nothing of what goes over the line while nobody listens, and again when nobody does any more', () => {
    const time = { now: () => assert.fail('an event was made'), schedule: () => assert.fail('a timer was made') };
    const trace = new Trace(time);
    const block: Block = { kind: 'block', link: 4, bytes: Buffer.from('hello'), length: 5 };
    const pass = (): void => {
      trace.heard(unread(block));
      trace.noted('a note', 4);
      trace.wrote(Buffer.from('hello'));
      trace.said(common.version);
      trace.bytes.carried('modem', unread(Buffer.from('hello')));
      trace.bytes.carried('host', unread(Buffer.from('hello')));
    };
    pass();
    const seen: readonly Observable<unknown>[] = [trace.events$, trace.bytes.bytes$];
    for (const seen$ of seen) {
      const listening = seen$.subscribe();
      assert.throws(pass, /was looked at|an event was made/);
      listening.unsubscribe();
      pass();
    }
  });
});

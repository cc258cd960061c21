import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, ignoreElements, Subject, takeUntil, tap, VirtualTimeScheduler } from 'rxjs';

import type { FirmwareVersion } from '../../../../src/emulator';
import { type Rule, type VirtualModem, virtualModem } from '../../../../src/testing';
import { OSError } from '../../../../src/usocket/contract/osError';
import { nonos174 } from '../../../../harness/modems/firmware';
import { code, connected } from '../../../../harness/modems/stage';
import { marbles } from '../../../../harness/time/marbles';
import { letPass } from '../../../../harness/time/virtualTime';
import { fourUnderWay, prompted, result, saidOnce, words } from '../../support/segmentsUnderWay';

const noise = '\x00\xe4\x8c\xf2\x1e|\x00\x92b\x9c>\xf3\n\xfe+\x00\xc6\xe0\x1c\n';
const ends: readonly (readonly [string, string])[] = [
  ['the connection ends', '4,CLOSED\r\n'],
  ['the modem starts again', `${noise}\r\nready\r\n`],
];
/** The payload that the modem has heard. */
const payloadOf = (heard: readonly string[]) => heard.filter((said) => !said.startsWith('AT')).join('');

describe.each(ends)('four segments are under way, one is acknowledged, and %s', (_, end) => {
  it(
    'the next call is ECONNRESET, those after it are EPIPE, and no byte is sent again',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const { link4, modem, sends$ } = fourUnderWay(scheduler, [3, result(1, 'OK'), 2, end]);
      expectObservable(sends$).toBe('(abcd|)', { a: 5, b: 5, c: 5, d: 5 });
      const later = (time: string) =>
        concat(cold(`${time} |`).pipe(ignoreElements()), link4.send$('again').pipe(code()));
      expectObservable(later('10ms')).toBe('10ms #', undefined, 'ECONNRESET');
      expectObservable(later('20ms')).toBe('20ms #', undefined, 'EPIPE');
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 5);
      assert.deepStrictEqual(modem.heard.slice(0, saidOnce.length), saidOnce);
      assert.strictEqual(payloadOf(modem.heard), words.join(''));
    }),
  );

  it(
    'the call that has all four is ECONNRESET at once, and what was not handed over stays unsent',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const bytes = Buffer.concat(words.map((__, at) => Buffer.alloc(1_460, 97 + at)));
      const all = '\r\nRecv 1460 bytes\r\n';
      const script: Rule[] = [
        prompted(1),
        [/^a+$/, all, 10, result(1, 'OK')],
        prompted(2),
        [/^b+$/, all],
        ['AT+CIPBUFSTATUS=4', '3,2,0,0,6\r\n\r\nOK\r\n'],
        prompted(3),
        [/^c+$/, all, 20, end],
      ];
      const { link4, modem } = connected(scheduler, { firmware: nonos174, script, receive: 'pushed' });
      expectObservable(link4.sendall$(bytes).pipe(code())).toBe('30ms #', undefined, 'ECONNRESET');
      const later$ = concat(cold('40ms |').pipe(ignoreElements()), link4.send$('again').pipe(code()));
      expectObservable(later$).toBe('40ms #', undefined, 'EPIPE');
      flush();
      assert.strictEqual(link4.bytesAcknowledged, 1_460);
      assert.strictEqual(payloadOf(modem.heard), bytes.subarray(0, 3 * 1_460).toString());
    }),
  );
});

/** How an upload in four segments has ended, of which several are under way at once. */
interface Upload {
  /** How the calls have ended, and the one after them. */
  readonly ended: string;
  readonly next: string;
  /** How many bytes the modem had taken by then, and how many were acknowledged by then and in the end. */
  readonly taken: number;
  readonly before: number;
  readonly acknowledged: number;
  readonly received: string;
}

/** No two parts are the same. */
const payload = Array.from({ length: 200 }, (_, at) => at.toString(36).padStart(2, '0')).join('');
/** Milliseconds until an acknowledgement comes: longer than a segment takes on the line. */
const roundTrip = 60;
/** Milliseconds for the whole upload. */
const uploadTime = 180;

type End = (modem: VirtualModem, peer: Subject<void>) => void;

/** Sends to a peer that is some way off, and causes the end after a time. */
function upload(firmware: FirmwareVersion, end: End, at: number): Upload {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  const peer = new Subject<void>();
  let received = '';
  const modem = virtualModem({
    scheduler,
    firmware,
    baud: 115_200,
    latency: 1,
    interleave: 0,
    latencies: { roundTrip: [roundTrip, roundTrip] },
    hosts: {
      '10.0.0.1:80': (sent$) =>
        sent$.pipe(
          tap((bytes) => (received += bytes.toString('latin1'))),
          ignoreElements(),
          takeUntil(peer),
        ),
    },
  });
  const client = modem.socket({ sendAhead: true });
  modem.online$.pipe(concatMap(() => client.connect$(['10.0.0.1', 80]))).subscribe();
  letPass(scheduler, 20_000);
  let taken = 0;
  const outcome = { ended: 'nothing', next: 'nothing' };
  const noting = (call: keyof typeof outcome) => ({
    next: (bytes: number) => (taken += bytes),
    complete: () => (outcome[call] = 'sent'),
    error: (error: unknown) => (outcome[call] = error instanceof OSError ? error.code : String(error)),
  });
  const pieces = [0, 100, 200, 300].map((from) => payload.slice(from, from + 100));
  concat(...pieces.map((piece) => client.send$(piece))).subscribe(noting('ended'));
  letPass(scheduler, at);
  const atTheEnd = { taken, before: client.bytesAcknowledged };
  end(modem, peer);
  letPass(scheduler, 10_000);
  client.send$('again').subscribe(noting('next'));
  letPass(scheduler, 10_000);
  modem.nic.close$().subscribe();
  modem.emulator.close();
  return { ...outcome, ...atTheEnd, acknowledged: client.bytesAcknowledged, received };
}

describe.each(['1.5', '1.7.4'] as const)('segments that are under way to a peer, AT %s', (firmware) => {
  it.each<readonly [string, End]>([
    ['the modem starts again', ({ emulator }) => emulator.fault({ kind: 'reset' })],
    ['the peer resets the connection', (_, peer) => peer.error(new Error('reset'))],
    ['the peer ends the connection', (_, peer) => peer.next()],
  ])('fail when %s: no byte arrives twice, and no more are acknowledged than have arrived', (_, end) => {
    let underWay = 0;
    for (let at = 0; at <= uploadTime; at += 5) {
      const { ended, next, taken, before, acknowledged, received } = upload(firmware, end, at);
      const what = `${ended}, then ${next}, at ${at} ms, with ${acknowledged} of ${received.length} bytes acknowledged`;
      assert.ok(payload.startsWith(received), `${what}: ${received}`);
      assert.ok(acknowledged <= received.length, what);
      // A failure is told once. After that, the connection has ended.
      const told =
        acknowledged < payload.length ? /^(?:ECONNRESET, then EPIPE|sent, then ECONNRESET),/ : /^sent, then E/;
      assert.match(what, told);
      if (before > 0) underWay = Math.max(underWay, taken - before);
    }
    assert.ok(underWay >= 200);
  });
});

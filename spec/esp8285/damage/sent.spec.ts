import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concatMap, ignoreElements, tap, VirtualTimeScheduler } from 'rxjs';

import type { Fault } from '../../../src/emulator';
import { virtualModem } from '../../../src/testing';
import { OSError } from '../../../src/usocket/contract/osError';
import { letPass } from '../../../harness/time/virtualTime';

/** Milliseconds within which everything must end. */
const patience = 120_000;
/** More than the send buffer of the modem holds, and no two pieces are the same. */
const payload = Buffer.from(Array.from({ length: 300 }, (_, at) => at.toString(36).padStart(2, '0')).join(''));

interface Outcome {
  readonly ended: string;
  readonly received: string;
  readonly acknowledged: number;
  /** How many bytes the host and the modem have said since the fault. */
  readonly said: number;
  readonly printed: number;
}

/** Sends in writes of which several segments are under way, and damages the line. */
function upload(firmware: '1.5' | '1.7.4' | '2.2.2', fault?: Fault): Outcome {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  const received: string[] = [];
  let [said, printed, isCounted] = [0, 0, false];
  const { nic, online$, socket, emulator } = virtualModem({
    scheduler,
    firmware,
    baud: 115_200,
    latency: 1,
    interleave: 0,
    latencies: { roundTrip: [30, 30] },
    hosts: {
      '10.0.0.1:80': (sent$) =>
        sent$.pipe(
          tap((bytes) => received.push(Buffer.from(bytes).toString('latin1'))),
          ignoreElements(),
        ),
    },
    line: (uart) => ({
      ...uart,
      rx$: uart.rx$.pipe(tap(({ length }) => (printed += isCounted ? length : 0))),
      readiness$: uart.readiness$,
      write: (bytes) => {
        said += isCounted ? bytes.length : 0;
        return uart.write(bytes);
      },
      close: () => uart.close(),
    }),
  });
  const client = socket();
  online$.pipe(concatMap(() => client.connect$(['10.0.0.1', 80]))).subscribe();
  letPass(scheduler, 20_000);
  isCounted = true;
  if (fault) emulator.fault(fault);
  let ended = 'nothing';
  const pieces = [0, 100, 200, 300].map((from) => payload.subarray(from, from + 100));
  let left = pieces.length;
  for (const piece of pieces) {
    client.sendall$(piece).subscribe({
      complete: () => {
        if (--left === 0 && ended === 'nothing') ended = 'sent';
      },
      error: (error: unknown) => (ended = error instanceof OSError ? error.code : String(error)),
    });
  }
  letPass(scheduler, patience);
  isCounted = false;
  nic.close$().subscribe();
  emulator.close();
  return { ended, received: received.join(''), acknowledged: client.bytesAcknowledged, said, printed };
}

describe.each(['1.5', '1.7.4', '2.2.2'] as const)(
  'an upload over a line that is damaged at one place, AT %s',
  (firmware) => {
    const whole = payload.subarray(0, 400).toString('latin1');
    const sound = upload(firmware);

    it('is whole over a line that is not damaged, and acknowledged', () => {
      const { ended, received, acknowledged } = sound;
      assert.deepStrictEqual({ ended, received, acknowledged }, { ended: 'sent', received: whole, acknowledged: 400 });
    });

    it.each([
      ['a byte of the modem is lost', { kind: 'lose', bytes: 1 }],
      ['three bytes of the modem are lost', { kind: 'lose', bytes: 3 }],
      ['a byte of the modem is changed', { kind: 'flip', bytes: 1 }],
    ] as const)('%s: never a byte twice, and never a hang', (_, damage) => {
      for (let after = 0; after < sound.printed; after++) {
        const { ended, received, acknowledged } = upload(firmware, { ...damage, after });
        assert.match(ended, /^(?:sent|ETIMEDOUT|ECONNRESET|EIO)$/, `${after}: ${ended}`);
        if (ended === 'sent') assert.strictEqual(received, whole, `${after}`);
        assertNothingTwice(received);
        if (damage.kind === 'lose') assert.strictEqual(received.slice(0, acknowledged), whole.slice(0, acknowledged));
      }
    });

    it('a byte to the modem is lost: the send that is not whole fails', () => {
      for (let after = 0; after < sound.said; after++) {
        const { ended, received } = upload(firmware, { kind: 'lose', bytes: 1, from: 'host', after });
        assert.match(ended, /^(?:sent|ETIMEDOUT|ECONNRESET|EIO)$/, `${after}: ${ended}`);
        if (ended === 'sent') assert.strictEqual(received, whole, `${after}`);
        assertNothingTwice(received);
      }
    });
  },
);

/** A send that has failed may have junk after it. But no part of the payload arrives twice. */
function assertNothingTwice(received: string): void {
  const length = 12;
  for (let at = 0; at + length <= received.length; at++) {
    const part = received.slice(at, at + length);
    if (/^[\da-z]+$/.test(part)) assert.strictEqual(received.indexOf(part), received.lastIndexOf(part), received);
  }
}

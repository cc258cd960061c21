import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, ignoreElements, tap, VirtualTimeScheduler } from 'rxjs';

import { virtualModem } from '../../../src/testing';

interface Upload {
  readonly received: Buffer;
  /** Milliseconds from the first send to the end of the last. */
  readonly took: number;
  /** The most segments that were under way at once. */
  readonly mostUnderWay: number;
  /** How often the modem was asked for the state of its buffer, and how often it refused a segment. */
  readonly questions: number;
  readonly refusals: number;
}

/** Sends the pieces one after the other over a fast line, to a peer that is 100 ms away. */
function upload(sendBuffer: number, pieces: readonly Buffer[], call: 'send$' | 'sendall$' = 'send$'): Upload {
  const scheduler = new VirtualTimeScheduler();
  const received: Buffer[] = [];
  let [underWay, mostUnderWay, questions, refusals] = [0, 0, 0, 0];
  const { nic, online$, socket, emulator } = virtualModem({
    scheduler,
    firmware: '1.7.4',
    sendBuffer,
    baud: 921_600,
    latency: 1,
    interleave: 0,
    latencies: { roundTrip: [100, 100] },
    hosts: {
      '10.0.0.1:80': (sent$) =>
        sent$.pipe(
          tap((bytes) => received.push(Buffer.from(bytes))),
          ignoreElements(),
        ),
    },
    line: (uart) => ({
      ...uart,
      rx$: uart.rx$.pipe(
        tap((bytes) => {
          const text = Buffer.from(bytes).toString('latin1');
          underWay -= text.split('SEND OK').length - 1;
          refusals += text.split(' FULL').length - 1;
        }),
      ),
      readiness$: uart.readiness$,
      write: (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        if (text.startsWith('AT+CIPSENDBUF')) mostUnderWay = Math.max(mostUnderWay, ++underWay - refusals);
        if (text.startsWith('AT+CIPBUFSTATUS')) questions++;
        return uart.write(bytes);
      },
      close: () => uart.close(),
    }),
  });
  const client = socket({ sendAhead: true });
  let [begun, ended] = [NaN, NaN];
  online$
    .pipe(
      concatMap(() => client.connect$(['10.0.0.1', 80])),
      tap(() => (begun = scheduler.now())),
      concatMap(() => concat(...pieces.map((piece) => client[call](piece)), client.close$())),
    )
    .subscribe({ complete: () => (ended = scheduler.now()) });
  scheduler.maxFrames = 60_000;
  scheduler.flush();
  nic.close$().subscribe();
  emulator.close();
  return { received: Buffer.concat(received), took: ended - begun, mostUnderWay, questions, refusals };
}

const pieces = (count: number, size: number) => Array.from({ length: count }, (_, at) => Buffer.alloc(size, at));

describe('the size of the send buffer', () => {
  it('is learnt with one question, and a larger one has more segments under way', () => {
    const usual = upload(2_920, pieces(40, 1_460));
    const large = upload(8_192, pieces(40, 1_460));
    for (const { received, questions, refusals } of [usual, large]) {
      assert.deepStrictEqual(received, Buffer.concat(pieces(40, 1_460)));
      assert.deepStrictEqual([questions, refusals], [1, 0]);
    }
    assert.strictEqual(usual.mostUnderWay, 2);
    assert.strictEqual(large.mostUnderWay, 5);
    assert.ok(large.took < 0.7 * usual.took, `${large.took} ms, and ${usual.took} ms with the usual one`);
  });

  it.each([400, 1_000, 1_460, 2_048])('may be less than assumed: %s bytes', (sendBuffer) => {
    const bytes = Buffer.concat(pieces(10, 1_460));
    const { received, refusals } = upload(sendBuffer, [bytes], 'sendall$');
    assert.deepStrictEqual(received, bytes);
    assert.ok(refusals > 0);
  });

  it('is also a number of segments, which is learnt from a refusal', () => {
    const { received, mostUnderWay, refusals } = upload(2_920, pieces(100, 10));
    assert.deepStrictEqual(received, Buffer.concat(pieces(100, 10)));
    // The ninth is refused, and none after it.
    assert.deepStrictEqual([mostUnderWay, refusals], [9, 1]);
  });
});

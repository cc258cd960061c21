import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import {
  concat,
  concatMap,
  delay,
  filter,
  from,
  ignoreElements,
  merge,
  type Observable,
  of,
  take,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { virtualModem } from '../../../../src/testing';
import { DatagramSocket } from '../../../../src/usocket';

const said = Buffer.from(Array.from({ length: 60_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
const pieces = Array.from({ length: 60 }, (_, at) => said.subarray(1_000 * at, 1_000 * (at + 1)));

function world(firmware: '1.7.4' | '2.2.2', overtake: boolean, peer: () => Iterable<Buffer> | Observable<Buffer>) {
  const scheduler = new VirtualTimeScheduler(undefined, 60_000);
  const modem = virtualModem({
    scheduler,
    firmware,
    baud: 115_200,
    latency: 1,
    hosts: { '192.168.1.9:80': () => from(peer()) },
  });
  modem.emulator.fault({ kind: 'keep-waiting', overtake });
  const client = modem.socket({ receiveBuffer: 16_384 });
  const got: Buffer[] = [];
  /** Reads the stream after a while, so that its data are pulled first. */
  const download$ = concat(
    client.connect$(['192.168.1.9', 80]),
    timer(2_000, scheduler),
    client.data$.pipe(tap((bytes) => got.push(Buffer.from(bytes)))),
  ).pipe(ignoreElements());
  const traced$ = (text: string) =>
    modem.nic.trace$.pipe(
      filter((entry) => entry.text.includes(text)),
      take(1),
    );
  return { ...modem, scheduler, download$, traced$, got };
}

describe('at a change of the receive mode', () => {
  it('a port for datagrams may be opened as soon as the modem has kept data, ESP-AT 2.2.2', () => {
    for (const overtake of [false, true]) {
      for (let after = 0; after < 40; after++) {
        const { nic, scheduler, online$, download$, traced$, got } = world('2.2.2', overtake, () => pieces);
        const port = new DatagramSocket(nic, { scheduler });
        const opened$ = traced$('received data are pulled again').pipe(
          concatMap(() =>
            concat(timer(after, scheduler), port.bind$(['0.0.0.0', 5_000]), timer(500, scheduler), port.close$()),
          ),
        );
        let failure: unknown;
        online$
          .pipe(concatMap(() => merge(download$, opened$)))
          .subscribe({ error: (error: unknown) => (failure = error) });
        scheduler.flush();
        assert.deepStrictEqual([overtake, after, failure], [overtake, after, undefined]);
        assert.ok(Buffer.concat(got).equals(said), `${overtake}, ${after}`);
      }
    }
  });

  it.each(['1.7.4', '2.2.2'] as const)('a client may connect, AT %s', (firmware) => {
    for (let after = 0; after < 30; after++) {
      const trickle = () => from(pieces.slice(0, 12));
      const { scheduler, online$, download$, traced$, socket, connectClient } = world(firmware, true, trickle);
      const server = socket();
      const heard: Buffer[] = [];
      const serving$ = concat(
        server.bind$(['0.0.0.0', 5_000]),
        server.listen$(1),
        server.accept$().pipe(
          concatMap(([accepted]) => accepted.data$),
          tap((bytes) => heard.push(Buffer.from(bytes))),
        ),
      ).pipe(ignoreElements());
      const words$ = () =>
        from(['ab', 'cd', 'ef', 'gh', 'ij', 'kl']).pipe(concatMap((word) => of(word).pipe(delay(4, scheduler))));
      const connected$ = traced$('AT+CIPRECVLEN?').pipe(
        concatMap(() => timer(after / 2, scheduler)),
        tap(() => {
          connectClient(5_000, words$);
        }),
      );
      online$.pipe(concatMap(() => merge(serving$, connected$, download$))).subscribe({ error: () => undefined });
      scheduler.flush();
      assert.deepStrictEqual([after, String(Buffer.concat(heard))], [after, 'abcdefghijkl']);
    }
  });
});

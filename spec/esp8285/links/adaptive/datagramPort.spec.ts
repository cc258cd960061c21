import { describe, expect, it } from '@jest/globals';
import {
  catchError,
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  from,
  ignoreElements,
  merge,
  of,
  repeat,
  takeWhile,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import type { Fault } from '../../../../src/emulator';
import { virtualModem } from '../../../../src/testing';
import { DatagramSocket, OSError } from '../../../../src/usocket';

const said = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

type Receive = 'adaptive' | 'pulled';

/** Opens a port for datagrams during a download, that many milliseconds after its beginning, and closes it later. */
function download(habit: Fault | undefined, receive: Receive, openAfter: number, pause: number) {
  const scheduler = new VirtualTimeScheduler(undefined, 120_000);
  const pieces = Array.from({ length: 40 }, (_, at) => said.subarray(1_000 * at, 1_000 * (at + 1)));
  const { emulator, nic, online$, socket } = virtualModem({
    scheduler,
    firmware: '2.2.2',
    baud: 115_200,
    latency: 1,
    interface: { receive },
    hosts: { '192.168.1.9:80': () => from(pieces).pipe(concatMap((piece) => of(piece).pipe(delay(pause, scheduler)))) },
  });
  if (habit) emulator.fault(habit);
  const client = socket({ receiveBuffer: 20_000 });
  const got: Buffer[] = [];
  let end = 'nothing';
  const reading$ = defer(() => client.recv$(1_000)).pipe(
    repeat({ delay: () => timer(got.length % 20 === 19 ? 400 : 20, scheduler) }),
    takeWhile((chunk) => chunk.length > 0),
    tap({
      next: (chunk) => got.push(chunk),
      complete: () => (end = 'end'),
      error: (error: unknown) => (end = error instanceof OSError ? error.code : String(error)),
    }),
    catchError(() => EMPTY),
  );
  const port = new DatagramSocket(nic, { scheduler });
  const opened$ = concat(
    timer(openAfter, scheduler),
    port.bind$(['0.0.0.0', 5_000]),
    timer(500, scheduler),
    port.close$(),
  );
  const all$ = concat(client.connect$(['192.168.1.9', 80]), merge(reading$, opened$));
  online$.pipe(concatMap(() => all$.pipe(ignoreElements()))).subscribe();
  scheduler.flush();
  const bytes = Buffer.concat(got);
  return { isInOrder: bytes.equals(said.subarray(0, bytes.length)), isWhole: bytes.length === said.length, end };
}

describe('a port for datagrams that is opened at any moment of a download, ESP-AT 2.2.2', () => {
  const habits: [string, Fault | undefined][] = [
    ['pushes what waits', undefined],
    ['keeps what waits', { kind: 'keep-waiting' }],
    ['keeps what waits, and pushes later data before it', { kind: 'keep-waiting', overtake: true }],
  ];
  it.each(
    habits.flatMap(([name, habit]) =>
      (['adaptive', 'pulled'] as const).map((receive) => [name, receive, habit] as const),
    ),
  )('keeps the order of its data if the modem %s, %s', (_, receive, habit) => {
    for (const pause of [5, 60]) {
      for (let openAfter = 0; openAfter < 3_000; openAfter += 97) {
        const result = download(habit, receive, openAfter, pause);
        expect({ pause, openAfter, ...result }).toEqual({
          pause,
          openAfter,
          isInOrder: true,
          isWhole: true,
          end: 'end',
        });
      }
    }
  });
});

describe('a port for datagrams that is opened and closed during a download, ESP-AT 2.2.2', () => {
  it.each<[string, Fault | undefined]>([
    ['pushes what waits', undefined],
    ['keeps what waits', { kind: 'keep-waiting' }],
  ])('leaves no bytes in a modem that %s when it is told to push', (_, habit) => {
    const scheduler = new VirtualTimeScheduler(undefined, 60_000);
    const { emulator, nic, online$, socket } = virtualModem({
      scheduler,
      firmware: '2.2.2',
      baud: 115_200,
      latency: 1,
      hosts: { '192.168.1.9:80': () => [said] },
    });
    if (habit) emulator.fault(habit);
    const client = socket({ receiveBuffer: 2_000 });
    const got: Buffer[] = [];
    const reading$ = client.recv$(500).pipe(
      repeat(),
      takeWhile((chunk) => chunk.length > 0),
      tap((chunk) => got.push(chunk)),
    );
    const port = new DatagramSocket(nic, { scheduler });
    const opened$ = concat(
      timer(1_000, scheduler),
      port.bind$(['0.0.0.0', 5_000]),
      timer(500, scheduler),
      port.close$(),
    );
    const all$ = concat(client.connect$(['192.168.1.9', 80]), merge(reading$, opened$));
    online$.pipe(concatMap(() => all$.pipe(ignoreElements()))).subscribe();
    scheduler.flush();
    expect(Buffer.concat(got).equals(said)).toBe(true);
  });
});

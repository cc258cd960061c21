import { describe, expect, it } from '@jest/globals';
import { concat, concatMap, ignoreElements, merge, repeat, takeWhile, tap, timer, VirtualTimeScheduler } from 'rxjs';

import type { Fault } from '../../../../src/emulator';
import { virtualModem } from '../../../../src/testing';
import { DatagramSocket } from '../../../../src/usocket';

const said = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

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

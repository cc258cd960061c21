import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, from, ignoreElements, repeat, takeWhile, tap, timer, VirtualTimeScheduler } from 'rxjs';

import { payload } from '../../../harness/soak/payload';
import type { Fault, FirmwareVersion } from '../../../src/emulator';
import type { ModemOptions } from '../../../src/esp8285';
import { virtualModem } from '../../../src/testing';
import { DatagramSocket, OSError, type Socket } from '../../../src/usocket';
import { letPass } from '../../../harness/time/virtualTime';

const host = '192.168.1.9';
const flood = [host, 80] as const;
const echo = [host, 7] as const;
const said = payload(100_000, 1);
const pieces = Array.from({ length: 100 }, (_, at) => said.subarray(1_000 * at, 1_000 * (at + 1)));

interface Download {
  bytes: number;
  isInOrder: boolean;
  /** `'end'`, the code of an `OSError`, or `'nothing'`. */
  end: string;
}
const whole: Download = { bytes: said.length, isInOrder: true, end: 'end' };

/** A modem with flow control and a driver that adapts, a peer that sends as fast as it can, and one that echoes. */
function world(firmware: FirmwareVersion, habit?: Fault, driver: ModemOptions = {}) {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  /** Whether the line is held, each time that it changes. */
  const holds: boolean[] = [];
  const modem = virtualModem({
    scheduler,
    firmware,
    baud: 115_200,
    latency: 1,
    interface: { flowControl: true, longestQuiet: Infinity, ...driver },
    hosts: { [`${host}:80`]: () => from(pieces), [`${host}:7`]: (asked$) => asked$ },
    line: (uart) => ({
      rx$: uart.rx$,
      longestPause: uart.longestPause,
      collectsFor: uart.collectsFor,
      readiness$: uart.readiness$,
      write: (bytes) => uart.write(bytes),
      close: () => uart.close(),
      hold: (held) => {
        holds.push(held);
        uart.hold?.(held);
      },
    }),
  });
  if (habit) modem.emulator.fault(habit);
  const ways: string[] = [];
  modem.nic.trace$.subscribe(({ text }) => {
    if (text.startsWith('AT+CIPRECVMODE=')) ways.push(text.endsWith('1') ? 'pulled' : 'pushed');
  });
  const pass = (milliseconds: number) => letPass(scheduler, milliseconds);
  modem.online$.subscribe();
  pass(10_000);
  ways.length = 0;
  const connected = (address: readonly [string, number], receiveBuffer: number, isEncrypted = false): Socket => {
    const socket = modem.socket({ receiveBuffer });
    socket.connect$([...address], isEncrypted ? { tls: { verify: false } } : {}).subscribe();
    pass(200);
    return socket;
  };
  /** Reads to the end, so much at a time, with pauses. */
  const download = (socket: Socket, piece: number, pause: number): Download => {
    const state: Download = { bytes: 0, isInOrder: true, end: 'nothing' };
    defer(() => socket.recv$(piece))
      .pipe(
        repeat({ delay: () => timer(pause, scheduler) }),
        takeWhile((bytes) => bytes.length > 0),
      )
      .subscribe({
        next: (bytes) => {
          state.isInOrder &&= bytes.equals(said.subarray(state.bytes, state.bytes + bytes.length));
          state.bytes += bytes.length;
        },
        complete: () => (state.end = 'end'),
        error: (error: unknown) => (state.end = error instanceof OSError ? error.code : String(error)),
      });
    return state;
  };
  /** How many milliseconds each answer of the echo takes, one question after the other. */
  const answers = (socket: Socket): readonly number[] => {
    const took: number[] = [];
    let asked = 0;
    defer(() => {
      asked = scheduler.now();
      return concat(socket.sendall$('ping').pipe(ignoreElements()), socket.read$(4));
    })
      .pipe(
        tap(() => took.push(scheduler.now() - asked)),
        repeat({ delay: () => timer(500, scheduler) }),
      )
      .subscribe();
    return took;
  };
  /** Opens a port for datagrams, and closes it after that many milliseconds. */
  const openPort = (milliseconds: number) => {
    const port = new DatagramSocket(modem.nic, { scheduler });
    concat(port.bind$(['0.0.0.0', 5_000]), timer(milliseconds, scheduler), port.close$()).subscribe();
  };
  return { ...modem, scheduler, pass, connected, download, answers, openPort, holds, ways };
}

const habits: [string, Fault | undefined][] = [
  ['pushes what waits', undefined],
  ['keeps what waits', { kind: 'keep-waiting' }],
  ['keeps what waits, and pushes later data before it', { kind: 'keep-waiting', overtake: true }],
];

describe.each(['1.7.4', '2.2.2'] as const)('flow control of the line, with adaptive receive, AT %s', (firmware) => {
  it.each([2_000, 20_000])('holds no line for a slow reader, so that the others go on (%i bytes)', (receiveBuffer) => {
    const { connected, download, answers, pass, holds, ways } = world(firmware);
    const took = answers(connected(echo, 65_536));
    const slow = download(connected(flood, receiveBuffer), 1_000, 150);
    pass(30_000);
    assert.deepStrictEqual([slow, holds, ways], [whole, [], ['pulled', 'pushed']]);
    assert.ok(took.length > 25 && Math.max(...took) < 1_000, took.join());
  });

  it('holds the sender back for a reader that does not read, and nobody else', () => {
    const { connected, download, answers, pass, holds, ways } = world(firmware);
    const took = answers(connected(echo, 65_536));
    const stopped = connected(flood, 10_000);
    pass(60_000);
    assert.deepStrictEqual([holds, ways], [[], ['pulled']]);
    assert.ok(took.length > 90 && Math.max(...took) < 1_000, took.join());
    const late = download(stopped, 1_000, 0);
    pass(30_000);
    assert.deepStrictEqual([late, holds], [whole, []]);
  });
});

describe('flow control of the line, with adaptive receive, AT 2.2.2, while a port for datagrams is open', () => {
  describe.each(habits)('a modem that %s', (_, habit) => {
    it.each([
      [2_000, 300],
      [2_000, 3_000],
      [10_000, 300],
      [10_000, 3_000],
      [30_000, 3_000],
    ])('has the line held for a slow reader at most until the port is closed: %i bytes, %i ms', (buffer, after) => {
      const { connected, download, answers, openPort, pass, holds, ways } = world('2.2.2', habit);
      const took = answers(connected(echo, 65_536));
      const slow = download(connected(flood, buffer), 1_000, 150);
      pass(after);
      openPort(3_000);
      pass(8_000);
      const sofar = holds.length;
      const answered = took.length;
      // What the modem keeps fills its window, so it has nothing to push.
      assert.ok(habit !== undefined || sofar > 0);
      assert.strictEqual(holds.at(-1) ?? false, false);
      pass(20_000);
      assert.deepStrictEqual([slow, holds.length, ways.at(-1)], [whole, sofar, 'pushed']);
      assert.ok(took.length > answered + 20, took.join());
    });
  });

  it.each([300, 2_000])('takes a reader for one that reads, though its data wait beside its queue (%i ms)', (pause) => {
    const { connected, download, openPort, pass, holds } = world('2.2.2', undefined, { longestHold: 20_000 });
    const socket = connected(flood, 2_000);
    pass(3_000);
    openPort(5_000);
    pass(2_000);
    const slow = download(socket, 65_536, pause);
    pass(2_000 * pause);
    assert.deepStrictEqual([slow, holds.at(-1)], [whole, false]);
  });

  it('is ENOBUFS after 2 s for a reader that does not read, and the others go on', () => {
    const { connected, download, answers, openPort, pass, holds } = world('2.2.2');
    const stopped = connected(flood, 10_000);
    const took = answers(connected(echo, 65_536));
    openPort(60_000);
    pass(10_000);
    const late = download(stopped, 65_536, 0);
    pass(100);
    assert.deepStrictEqual([late.isInOrder, late.end, holds], [true, 'ENOBUFS', [true, false]]);
    assert.ok(late.bytes > 8_000, `${late.bytes} bytes`);
    assert.ok(took.length > 6 && Math.max(...took) < 3_000, took.join());
  });

  it('lets go of the line when the socket is closed', () => {
    const { connected, openPort, pass, emulator, holds } = world('2.2.2', undefined, { longestHold: 200_000 });
    const stopped = connected(flood, 10_000);
    openPort(60_000);
    pass(5_000);
    assert.deepStrictEqual(holds, [true]);
    stopped.close$().subscribe();
    pass(2_000);
    assert.deepStrictEqual([holds, emulator.state.links.map(({ kind }) => kind)], [[true, false], ['UDP']]);
  });
});

describe('flow control of the line, with adaptive receive, AT 1.7.4, on an encrypted connection', () => {
  it('holds the line for a slow reader, and keeps the other one in order', () => {
    const { connected, download, pass, holds } = world('1.7.4');
    const encrypted = download(connected(flood, 10_000, true), 1_000, 400);
    const plain = download(connected(flood, 20_000), 1_000, 50);
    pass(60_000);
    assert.deepStrictEqual([encrypted, plain, holds.at(-1), holds.length > 2], [whole, whole, false, true]);
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  catchError,
  concatMap,
  EMPTY,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  range,
  repeat,
  takeWhile,
  tap,
  timer,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';

import { createEmulator, type EmulatorOptions } from '../../../src/emulator';
import { ESP8285, type ModemOptions } from '../../../src/esp8285';
import { type VirtualModem, virtualModem } from '../../../src/testing';
import type { Uart } from '../../../src/streams';
import type { Socket } from '../../../src/usocket';
import { OSError } from '../../../src/usocket/contract/osError';

const size = 1 << 20;
const piece = 1024;

/** 1 MB, in which a gap shows. */
const flood = () => range(0, size / piece).pipe(map(() => Buffer.alloc(piece, 'abcdefgh')));

interface Scene extends VirtualModem {
  readonly scheduler: VirtualTimeScheduler;
}

function scene(driver: ModemOptions, chip: Pick<EmulatorOptions, 'firmware'> = {}): Scene {
  const scheduler = new VirtualTimeScheduler();
  const hosts = {
    '10.0.0.1:80': flood,
    '10.0.0.2:80': (asked$: Observable<Buffer>) => asked$,
  };
  const modem = virtualModem({
    scheduler,
    hosts,
    firmware: '1.5',
    baud: 921_600,
    interface: { longestQuiet: Infinity, ...driver },
    ...chip,
  });
  return { ...modem, scheduler };
}

/** Reads one kilobyte every `pause` milliseconds, to the end. */
function slowly(socket: Socket, pause: number, scheduler: VirtualTimeScheduler): Observable<Buffer> {
  return timer(pause, scheduler).pipe(
    concatMap(() => socket.recv$(piece)),
    repeat(),
    takeWhile((bytes) => bytes.length > 0),
  );
}

/** The code of what an operation fails with, as its outcome. */
function orCode<T>(): OperatorFunction<T, T | string> {
  return catchError((error: unknown) => of(error instanceof OSError ? error.code : String(error)));
}

describe.each([
  ['AT 1.5', '1.5', {}],
  ['AT 1.7.4 that pushes', '1.7.4', { receive: 'pushed' }],
  ['ESP-AT 2.2.2 that pushes', '2.2.2', { receive: 'pushed' }],
] as const)('flow control of the line, with %s', (_, firmware, driver) => {
  it('gives a slow reader everything, in bounded memory, and slows the sender down', () => {
    const { emulator, online$, scheduler, socket } = scene({ ...driver, flowControl: true }, { firmware });
    const reader = socket({ receiveBuffer: 10_000 });
    const inTheDriver: number[] = [];
    const inTheModem: number[] = [];
    let heard = 0;
    let taken = 0;
    emulator.uart.rx$.subscribe((bytes) => (heard += bytes.length));
    let outcome: Buffer | string = '';
    online$
      .pipe(
        concatMap(() => reader.connect$(['10.0.0.1', 80])),
        concatMap(() => slowly(reader, 20, scheduler)),
        tap((bytes) => {
          taken += bytes.length;
          inTheDriver.push(heard - taken);
          inTheModem.push(emulator.state.links[0]?.unread ?? 0);
        }),
        toArray(),
        map((pieces) => Buffer.concat(pieces)),
        orCode(),
      )
      .subscribe((end) => (outcome = end));
    scheduler.flush();
    expect(Buffer.alloc(size).fill('abcdefgh').equals(Buffer.from(outcome))).toBe(true);
    // The receive buffer, a block or two on their way, and the headers of all blocks.
    expect(Math.max(...inTheDriver)).toBeLessThan(10_000 + 4_096 + 12_000);
    // Its window is full, so that the peer waits.
    expect(Math.max(...inTheModem)).toBeGreaterThan(2_000);
    expect(Math.max(...inTheModem)).toBeLessThan(6_000);
    // Half of what the line would carry.
    expect(scheduler.now()).toBeGreaterThan(20 * (size / piece));
  });

  it('ends after 2 s for a reader that does not read: ENOBUFS, and the others go on', () => {
    const { online$, scheduler, socket } = scene({ ...driver, flowControl: true }, { firmware });
    const [unread, other] = [socket({ receiveBuffer: 10_000 }), socket()];
    const told: unknown[] = [];
    let asked = 0;
    online$
      .pipe(
        concatMap(() => other.connect$(['10.0.0.2', 80])),
        concatMap(() => unread.connect$(['10.0.0.1', 80])),
        // Long enough for the line to be held.
        concatMap(() => timer(500, scheduler)),
        tap(() => (asked = scheduler.now())),
        concatMap(() => other.sendall$('ping')),
        concatMap(() => other.recv$(4)),
        tap((pong) => told.push(String(pong), scheduler.now() - asked)),
        concatMap(() => unread.read$().pipe(orCode())),
      )
      .subscribe((end) => told.push(end));
    scheduler.flush();
    expect(told).toEqual(['ping', expect.any(Number), 'ENOBUFS']);
    // Held since before it asked.
    expect(told[1]).toBeGreaterThan(1_000);
    expect(told[1]).toBeLessThan(2_000);
  });

  it('lets no deadline pass while the line is held', () => {
    const options = { ...driver, flowControl: true, longestHold: 200_000 };
    const { online$, scheduler, socket } = scene(options, { firmware });
    const [late, other] = [socket({ receiveBuffer: 10_000 }), socket()];
    const told: unknown[] = [];
    online$
      .pipe(
        concatMap(() => other.connect$(['10.0.0.2', 80])),
        concatMap(() => late.connect$(['10.0.0.1', 80])),
        concatMap(() => timer(500, scheduler)),
        concatMap(() =>
          merge(
            other.sendall$('ping').pipe(map(() => 'sent')),
            timer(150_000, scheduler).pipe(
              concatMap(() => late.read$()),
              map((bytes) => bytes?.length),
            ),
          ),
        ),
        orCode(),
      )
      .subscribe((outcome) => told.push(outcome, scheduler.now()));
    scheduler.flush();
    expect(told).toEqual(['sent', expect.any(Number), size, expect.any(Number)]);
    expect(told[1]).toBeGreaterThan(150_000);
  });

  it('ends with the socket that is closed', () => {
    const options = { ...driver, flowControl: true, longestHold: 200_000 };
    const { emulator, online$, scheduler, socket } = scene(options, { firmware });
    const unread = socket({ receiveBuffer: 10_000 });
    let closed = 0;
    online$
      .pipe(
        concatMap(() => unread.connect$(['10.0.0.1', 80])),
        concatMap(() => timer(500, scheduler)),
        concatMap(() => unread.close$()),
      )
      .subscribe(() => (closed = scheduler.now()));
    scheduler.flush();
    expect(closed).toBeGreaterThan(500);
    expect(closed).toBeLessThan(1_500);
    expect(emulator.state.links).toEqual([]);
  });

  it('is not there unless it is asked for: ENOBUFS', () => {
    const { online$, scheduler, socket } = scene(driver, { firmware });
    const reader = socket({ receiveBuffer: 10_000 });
    let outcome: unknown;
    online$
      .pipe(
        concatMap(() => reader.connect$(['10.0.0.1', 80])),
        concatMap(() => slowly(reader, 20, scheduler)),
        orCode(),
      )
      .subscribe((last) => (outcome = last));
    scheduler.flush();
    expect(outcome).toBe('ENOBUFS');
  });
});

describe('flow control of the line', () => {
  it('is EINVAL on a line that has none', () => {
    const { rx$, readiness$ } = createEmulator().uart;
    const uart: Uart = { rx$, readiness$, write: () => EMPTY, close: () => EMPTY };
    const make = () => new ESP8285(uart, { flowControl: true });
    expect(make).toThrow(expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining('rtscts') }));
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  concat,
  concatMap,
  forkJoin,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  range,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import { firmwareVersions } from '../../../src/emulator';
import type { ModemOptions } from '../../../src/esp8285';
import { type Talk, type VirtualModem, virtualModem } from '../../../src/testing';
import type { Socket } from '../../../src/usocket';

const size = 100_000;
const longestSend = 2048;
/** Of all firmwares. */
const longestRead = 5760;
/** With a send buffer, what is longer than a send is cut into pieces of half the buffer. */
const segment = 1460;
const sendsOn = (firmware: string) =>
  firmware.startsWith('1.') ? 1 + Math.ceil((size - longestSend) / segment) : Math.ceil(size / longestSend);
const numbers = [1, 2, 3, 4, 5];

type TalkMaker = (scheduler: VirtualTimeScheduler) => Talk;

/** Takes everything, and says nothing. */
const sink: TalkMaker = () => (sent$) => sent$.pipe(ignoreElements());

/** Begins when all are connected. */
const beginning = 10_000;
const source: TalkMaker = (scheduler) => () =>
  timer(beginning - scheduler.now(), scheduler).pipe(
    concatMap(() => range(0, size / 1000)),
    map(() => Buffer.alloc(1000)),
  );

interface Scene extends VirtualModem {
  readonly scheduler: VirtualTimeScheduler;
  /** What has been said to the modem. */
  readonly commands: readonly string[];
}

function scene(
  firmware: (typeof firmwareVersions)[number],
  makers: readonly TalkMaker[],
  receive: ModemOptions['receive'] = 'adaptive',
): Scene {
  const scheduler = new VirtualTimeScheduler();
  const talks = makers.map((make) => make(scheduler));
  const hosts = Object.fromEntries(talks.map((talk, index) => [`10.0.0.${index + 1}:80`, talk]));
  const modem = virtualModem({
    scheduler,
    firmware,
    baud: 115_200,
    latency: 1,
    latencies: { join: [1, 1], address: [1, 1] },
    interface: { longestQuiet: Infinity, receive },
    hosts: { ...hosts, 'host.example:80': sink(scheduler) },
  });
  const commands: string[] = [];
  modem.nic.trace$.subscribe(({ kind, text }) => {
    if (kind === 'command') commands.push(text);
  });
  return { ...modem, scheduler, commands };
}

/** The links of the sends so far. */
function sendsOf({ commands }: Scene): readonly number[] {
  return commands.flatMap((text) => /^AT\+CIPSEND(?:BUF)?=(\d),/.exec(text)?.slice(1).map(Number) ?? []);
}

/** Connects a socket to each host, one after the other, and emits them all. */
function connected({ online$, socket }: Scene, count: number): Observable<readonly Socket[]> {
  const sockets = numbers.slice(0, count).map(() => socket());
  const connects = sockets.map((each, index) => each.connect$([`10.0.0.${index + 1}`, 80]));
  return online$.pipe(concatMap(() => concat(concat(...connects).pipe(ignoreElements()), of(sockets))));
}

/** How far apart those are that still have something to do, at most, after each step. */
function widestGap(steps: readonly number[], count: number, each: number): number {
  const done = Array.from({ length: count }, () => 0);
  return Math.max(
    ...steps.map((step) => {
      done[step] = (done[step] ?? 0) + 1;
      const busy = done.filter((times) => times < each);
      return busy.length > 0 ? Math.max(...done) - Math.min(...busy) : 0;
    }),
  );
}

describe.each(firmwareVersions)('five links of a modem with AT %s', (firmware) => {
  const sends = sendsOn(firmware);

  it('send in turn: no socket is two sends ahead of another', () => {
    const stage = scene(
      firmware,
      numbers.map(() => sink),
    );
    let isSent = false;
    connected(stage, 5)
      .pipe(concatMap((sockets) => forkJoin(sockets.map((socket) => socket.sendall$(Buffer.alloc(size))))))
      .subscribe({ complete: () => (isSent = true) });
    stage.scheduler.flush();
    const senders = sendsOf(stage);
    expect(isSent).toBe(true);
    expect(senders).toHaveLength(5 * sends);
    expect(widestGap(senders, 5, sends)).toBeLessThanOrEqual(1);
  });

  it.each([
    ['resolve', ({ nic }: Scene) => nic.resolve('host.example')],
    ['rssi', ({ nic }: Scene) => nic.rssi$()],
    ['ping', ({ nic }: Scene) => nic.ping$('10.0.0.1')],
  ])('let a %s in within one round', (_, ask) => {
    const stage = scene(
      firmware,
      numbers.map(() => sink),
    );
    let asked = 0;
    let answered: number | undefined;
    const asking$ = timer(5_000, stage.scheduler).pipe(
      tap(() => (asked = sendsOf(stage).length)),
      concatMap(() => ask(stage)),
      tap(() => (answered = sendsOf(stage).length)),
    );
    connected(stage, 5)
      .pipe(concatMap((sockets) => merge(asking$, ...sockets.map((socket) => socket.sendall$(Buffer.alloc(size))))))
      .subscribe();
    stage.scheduler.flush();
    expect(asked).toBeGreaterThan(5);
    expect(answered! - asked).toBeLessThanOrEqual(5);
  });

  it.each(['adaptive', 'pulled'] as const)('receive evenly, %s', (receive) => {
    const stage = scene(
      firmware,
      numbers.map(() => source),
      receive,
    );
    const got = numbers.map(() => 0);
    let widest = 0;
    connected(stage, 5)
      .pipe(
        concatMap((sockets) =>
          merge(...sockets.map((socket, index) => socket.data$.pipe(map((bytes) => [index, bytes.length] as const)))),
        ),
      )
      .subscribe(([index, length]) => {
        got[index] = (got[index] ?? 0) + length;
        const busy = got.filter((bytes) => bytes < size);
        if (busy.length === 5) widest = Math.max(widest, Math.max(...got) - Math.min(...got));
      });
    stage.scheduler.flush();
    expect(got).toEqual(numbers.map(() => size));
    expect(widest).toBeLessThanOrEqual(2 * longestRead);
  });

  it('send and receive at once, and neither starves the other', () => {
    const stage = scene(firmware, [sink, source]);
    let received = 0;
    let receivedAtHalf: number | undefined;
    let sendsAtHalf: number | undefined;
    connected(stage, 2)
      .pipe(
        concatMap(([up, down]) => {
          const upload$ = timer(beginning - stage.scheduler.now(), stage.scheduler).pipe(
            concatMap(() => up!.sendall$(Buffer.alloc(size))),
            ignoreElements(),
          );
          return merge(upload$, down!.data$);
        }),
      )
      .subscribe(({ length }) => {
        received += length;
        if (sendsOf(stage).length >= sends / 2) receivedAtHalf ??= received;
        if (received >= size / 2) sendsAtHalf ??= sendsOf(stage).length;
      });
    stage.scheduler.flush();
    expect(received).toBe(size);
    expect(sendsOf(stage)).toHaveLength(sends);
    // In turn: a read for each send.
    // The download may be over by then.
    expect(receivedAtHalf ?? size).toBeGreaterThan(size / 10);
    expect(sendsAtHalf).toBeGreaterThanOrEqual(Math.floor(size / 2 / longestRead));
  });
});

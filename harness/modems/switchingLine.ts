import {
  concat,
  concatMap,
  defer,
  delay,
  finalize,
  from,
  ignoreElements,
  merge,
  type Observable,
  of,
  repeat,
  takeWhile,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';

import type { Emulator, Fault, FirmwareVersion } from '../../src/emulator';
import type { Uart } from '../../src/streams';
import { type Talk, virtualModem } from '../../src/testing';
import type { Socket } from '../../src/usocket';
import { noteEnd } from '../interfaces/noteEnd';

/** What the virtual modem does with data that wait when it is told to push. No document says what a real one does. */
export const habits: readonly (readonly [name: string, habit: Fault | undefined])[] = [
  ['pushes what waits', undefined],
  ['keeps what waits', { kind: 'keep-waiting' }],
  ['keeps what waits, and pushes later data before it', { kind: 'keep-waiting', overtake: true }],
];

/** A socket, its peer and its reader. */
export interface Download {
  readonly bytes: Buffer;
  /** What the peer says after which milliseconds: the next bytes, as many as this. */
  readonly pieces: readonly (readonly [pause: number, size: number])[];
  readonly receiveBuffer: number;
  /** Where the reader stops, in bytes, and for how many milliseconds. */
  readonly stops: readonly (readonly [at: number, milliseconds: number])[];
}

export interface SwitchingOptions {
  readonly firmware: FirmwareVersion;
  readonly habit: Fault | undefined;
  readonly baud: number;
  readonly downloads: readonly Download[];
  /** Causes damage, once all sockets are connected and before the peers say anything. */
  readonly damage?: (emulator: Emulator) => void;
}

export interface SwitchingResult {
  readonly ends: readonly { readonly sent: Buffer; readonly received: Buffer; readonly ended: string }[];
  /** What the modem has printed since the damage was ordered. */
  readonly printed: Buffer;
  /** The bytes of each command that changes the receive mode, or asks what waits, and those that the modem prints meanwhile. */
  readonly dialogue: readonly { readonly host: Span; readonly modem: Span }[];
  /** How often the receive mode was changed. */
  readonly switches: number;
}

/** From a place in the bytes of one side to another one. */
type Span = readonly [first: number, end: number];

interface Written {
  readonly text: string;
  readonly host: Span;
  /** What the modem had printed until then. */
  readonly printed: number;
}

const address = '192.168.1.9';
/** Milliseconds within which everything must end. */
const patience = 120_000;
const setUp = 1_000;

/** Downloads over several links at once with readers that stop, so that the receive mode changes, in virtual time. */
export function downloadOver({ firmware, habit, baud, downloads, damage }: SwitchingOptions): SwitchingResult {
  const scheduler = new VirtualTimeScheduler(undefined, patience);
  const saying = ({ bytes, pieces }: Download): Observable<Buffer> => {
    let said = 0;
    return from(pieces).pipe(
      concatMap(([pause, size]) => {
        const piece = bytes.subarray(said, (said += size));
        return pause === 0 ? of(piece) : of(piece).pipe(delay(pause, scheduler));
      }),
    );
  };
  const hosts = downloads.map((download, at): [string, Talk] => [
    `${address}:${80 + at}`,
    () => concat(timer(setUp, scheduler).pipe(ignoreElements()), saying(download)),
  ]);
  const printed: Buffer[] = [];
  let [printedLength, writtenLength] = [0, 0];
  const written: Written[] = [];
  const { emulator, nic, online$, socket } = virtualModem({
    scheduler,
    firmware,
    baud,
    latency: 1,
    interleave: 0,
    hosts: Object.fromEntries(hosts),
    latencies: { join: [1, 1], address: [1, 1] },
    interface: { longestQuiet: 10_000 },
    line: (uart) =>
      Object.create(uart, {
        write: {
          value: (bytes: Uint8Array) => {
            const host = [writtenLength, (writtenLength += bytes.length)] as const;
            written.push({ text: String(bytes), host, printed: printedLength });
            return uart.write(bytes);
          },
        },
      }) as Uart,
  });
  if (habit) emulator.fault(habit);
  const ends = downloads.map(({ bytes }) => ({ sent: bytes, chunks: [] as Buffer[], ended: 'nothing' }));
  const sockets = downloads.map(({ receiveBuffer }) => socket({ receiveBuffer }));
  const connecting$ = concat(...sockets.map((each, at) => each.connect$([address, 80 + at])));
  const reading = (each: Socket, at: number): Observable<never> => {
    const end = ends[at]!;
    return concat(timer(setUp / 2, scheduler), readingWith(each, downloads[at]!.stops, scheduler)).pipe(
      tap((chunk) => typeof chunk !== 'number' && end.chunks.push(chunk)),
      noteEnd((how) => (end.ended = how)),
    );
  };
  const begin$ = defer(() => {
    emulator.uart.rx$.subscribe({
      next: (bytes) => {
        printed.push(Buffer.from(bytes));
        printedLength += bytes.length;
      },
      error: () => undefined,
    });
    written.length = writtenLength = 0;
    damage?.(emulator);
    return merge(...sockets.map(reading));
  });
  const closed$ = defer(() => nic.close$()).pipe(
    finalize(() => {
      emulator.close();
    }),
  );
  online$.pipe(concatMap(() => concat(connecting$, begin$, closed$))).subscribe();
  scheduler.flush();
  return {
    ends: ends.map(({ sent, chunks, ended }) => ({ sent, received: Buffer.concat(chunks), ended })),
    printed: Buffer.concat(printed),
    dialogue: written.flatMap(({ text, host, printed: first }, at) =>
      /^AT\+CIPRECV(?:MODE|LEN)/.test(text)
        ? [{ host, modem: [first, written[at + 1]?.printed ?? printedLength] as const }]
        : [],
    ),
    switches: written.filter(({ text }) => text.startsWith('AT+CIPRECVMODE')).length,
  };
}

function readingWith(socket: Socket, stops: Download['stops'], scheduler: VirtualTimeScheduler): Observable<Buffer> {
  let read = 0;
  let next = 0;
  return defer(() => {
    const [at, pause] = stops[next] ?? [Infinity, 0];
    if (read < at) return socket.recv$(Math.min(2_048, at - read));
    next++;
    return concat(timer(pause, scheduler).pipe(ignoreElements()), socket.recv$(2_048));
  }).pipe(
    tap(({ length }) => (read += length)),
    repeat(),
    takeWhile(({ length }) => length > 0),
  );
}

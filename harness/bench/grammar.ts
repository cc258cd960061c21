import { asyncScheduler, Subject } from 'rxjs';

import { LineClock } from '../../src/esp8285/flow/lineClock';
import { cutFrames } from '../../src/esp8285/grammar/cutFrames';
import { yieldToInput } from '../../src/streams/internal';
import { nonos15 } from '../modems/firmware';
import { connected, start4 } from '../modems/stage';

/** The payload of each block, in bytes: a TCP segment. */
const segment = 1460;
/** The number of blocks that are repeated, in bytes about a megabyte. */
const blocks = 720;

/** What a modem prints, over and over. */
const printings = {
  /** Pushed blocks that are certain as soon as they are whole. */
  pushed: { before: `\r\n+IPD,4,${segment}:`, payload: 'x'.repeat(segment), after: '' },
  /** Pushed blocks whose last bytes may be the beginning of a message. */
  suspicious: { before: `\r\n+IPD,4,${segment}:`, payload: '4'.repeat(segment), after: '' },
  pulled: { before: `\r\n+CIPRECVDATA,${segment}:`, payload: 'x'.repeat(segment), after: '\r\nOK\r\n' },
} as const;

export type Printing = keyof typeof printings;

/** How far the bytes go: to the frames, or through the whole driver to a program that reads `data$` of a socket. */
export type Stage = 'grammar' | 'driver';

/** What passing bytes on costs, in processor time. */
export interface Cost {
  readonly chunk: number;
  /** Bytes of payload per second. */
  readonly rate: number;
  /** Seconds for each chunk. */
  readonly perChunk: number;
  /** Seconds for each block. */
  readonly perBlock: number;
}

/** Takes chunks until it is closed, and counts the bytes of payload. */
interface Line {
  push(chunk: Buffer): void;
  readonly received: number;
  close(): void;
}

/**
 * Measures what it costs to pass on a printing in chunks of a size.
 *
 * @param seconds The processor time of a round.
 * @param rounds The fastest one counts.
 */
export function costOf(stage: Stage, printing: Printing, chunk: number, seconds: number, rounds: number): Cost {
  const { before, payload, after } = printings[printing];
  const stream = Buffer.from(`${before}${payload}${after}`.repeat(blocks), 'latin1');
  const chunks = Array.from({ length: Math.ceil(stream.length / chunk) }, (_, index) =>
    stream.subarray(index * chunk, (index + 1) * chunk),
  );
  const line = stage === 'grammar' ? grammarLine() : driverLine();
  const times = Array.from({ length: 1 + rounds }, () => timeOf(line, chunks, seconds));
  line.close();
  // The first round also compiles the code.
  const time = Math.min(...times.slice(1));
  return { chunk, rate: (blocks * segment) / time, perChunk: time / chunks.length, perBlock: time / blocks };
}

/** Seconds of processor time for all chunks. */
function timeOf(line: Line, chunks: readonly Buffer[], seconds: number): number {
  const { received } = line;
  const begun = process.cpuUsage();
  let times = 0;
  for (;;) {
    for (const chunk of chunks) line.push(chunk);
    times++;
    const { user, system } = process.cpuUsage(begun);
    const spent = (user + system) / 1e6;
    if (spent < seconds) continue;
    // One block may still be kept.
    if (received + times * blocks * segment - line.received > segment) throw new Error('not all bytes have arrived');
    return spent / times;
  }
}

function grammarLine(): Line {
  const rx = new Subject<Uint8Array>();
  const silence = { longestPause: 100, scheduler: new LineClock(yieldToInput(asyncScheduler)) };
  const expecting = { prompt: false, reading: 4, asked: 2048, numbersLinks: true, discards: 0 };
  let received = 0;
  const subscription = rx.pipe(cutFrames(expecting, { silence })).subscribe((frame) => {
    if (frame.kind === 'block') received += frame.length;
  });
  return {
    push: (chunk) => {
      rx.next(chunk);
    },
    get received() {
      return received;
    },
    close: () => {
      subscription.unsubscribe();
    },
  };
}

function driverLine(): Line {
  const unasked = new Subject<Uint8Array>();
  const script = [[start4, '4,CONNECT\r\n\r\nOK\r\n']] as const;
  const firmware = nonos15;
  const { nic, link4 } = connected(asyncScheduler, { firmware, receive: 'pushed', script, unasked$: unasked });
  let received = 0;
  const reading = link4.data$.subscribe(({ length }) => (received += length));
  return {
    push: (chunk) => {
      unasked.next(chunk);
    },
    get received() {
      return received;
    },
    close: () => {
      reading.unsubscribe();
      nic.close$().subscribe();
    },
  };
}

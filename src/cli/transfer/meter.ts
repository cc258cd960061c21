import { finished, Transform, Writable } from 'node:stream';

import type { ESP8285 } from '../../esp8285';
import type { Progress } from '../console/progress';

/** Bits on the line for each byte: a start bit, eight data bits and a stop bit. */
export const bitsPerByte = 10;

/** How fast a transfer is. */
export interface Meter {
  /** This many more bytes have been transferred. */
  add(bytes: number): void;
  /** How many bytes have been transferred. */
  count(): number;
  /** Bytes per second until now. */
  rate(): number;
  /** The transfer begins now, and not when the meter was made. */
  restart(): void;
}

/** What a meter begins with. */
export interface MeterOptions {
  /** How many bytes were there before. Default: 0. */
  readonly done?: number;
  /** When the transfer has begun, by `performance.now()`. Default: now. */
  readonly since?: number;
}

/** Makes a meter that shows how far a transfer is, its rate, and how much of what the line can carry that is. */
export function meter(
  progress: Progress,
  { baud }: Pick<ESP8285, 'baud'>,
  { done = 0, since = performance.now() }: MeterOptions = {},
): Meter {
  let started = since;
  let count = 0;
  const rate = () => Math.round((count * 1000) / Math.max(1, performance.now() - started));
  return {
    add: (bytes) => {
      count += bytes;
      progress.update(done + count, shownRate(rate(), baud));
    },
    count: () => count,
    rate,
    restart: () => {
      started = performance.now();
    },
  };
}

/** Passes on what is received, and counts it. */
export function countReceived(measured: Meter): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, passed) {
      measured.add(chunk.length);
      passed(null, chunk);
    },
  });
}

/**
 * Writes to a stream, ends it at the end, and fails with it. Counts bytes when they have been sent, because they may wait long
 * before that, and a small file waits as a whole.
 */
export function countSent(measured: Meter, destination: Writable): Writable {
  const counting = new Writable({
    write(chunk: Uint8Array, _encoding, taken) {
      const hasRoom = destination.write(chunk, (error) => {
        if (!error) measured.add(chunk.length);
      });
      if (hasRoom) taken();
      else destination.once('drain', taken);
    },
    final(ended) {
      destination.end(ended);
    },
  });
  finished(destination, { readable: false }, (error) => {
    if (error) counting.destroy(error);
  });
  return counting;
}

/** `'9.8 kB/s, 85% of the line'`. */
export function shownRate(rate: number, baud: number | undefined): string {
  const shown = `${(rate / 1000).toFixed(1)} kB/s`;
  return baud ? `${shown}, ${Math.round((100 * rate * bitsPerByte) / baud)}% of the line` : shown;
}

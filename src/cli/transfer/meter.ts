import { Transform } from 'node:stream';

import type { ESP8285 } from '../../esp8285';
import type { Progress } from '../manner/progress';

/** Bits on the line for a byte: a start bit, eight bits, and a stop bit. */
const bitsPerByte = 10;

/** How fast a transfer is. */
export interface Meter {
  /** Passes bytes on, and counts them. */
  readonly stream: Transform;
  /** How many bytes have passed. */
  count(): number;
  /** Bytes per second until now. */
  rate(): number;
}

/**
 * Makes a meter that shows how far a transfer is, its rate, and how much of what the line can carry that is.
 *
 * @param done How many bytes were there before.
 */
export function meter(progress: Progress, { baud }: Pick<ESP8285, 'baud'>, done = 0): Meter {
  const started = performance.now();
  let count = 0;
  const rate = () => Math.round((count * 1000) / Math.max(1, performance.now() - started));
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, passed) {
      count += chunk.length;
      progress.update(done + count, shownRate(rate(), baud));
      passed(null, chunk);
    },
  });
  return { stream, count: () => count, rate };
}

/** `'9.8 kB/s, 85% of the line'`. */
export function shownRate(rate: number, baud: number | undefined): string {
  const shown = `${(rate / 1000).toFixed(1)} kB/s`;
  return baud ? `${shown}, ${Math.round((100 * rate * bitsPerByte) / baud)}% of the line` : shown;
}

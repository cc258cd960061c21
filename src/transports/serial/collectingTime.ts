import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { isPseudoTerminal, realPath } from './portPath';

/** Where Linux describes its terminals. */
const descriptions = '/sys/class/tty';
/** Milliseconds for hardware without a timer that can be read: USB is polled every one or two, and a FIFO waits for a few bytes. */
const usual = 4;

/**
 * How many milliseconds the hardware of a port collects bytes before it hands them over; `undefined` if nothing is known
 * of it. Linux shows the timer of an adapter that has one, such as those of FTDI. Nothing collects bytes in a
 * pseudo-terminal.
 */
export function collectingTime(path: string, folder = descriptions): number | undefined {
  if (isPseudoTerminal(path)) return 0;
  const name = basename(realPath(path));
  const timer = numberIn(join(folder, name, 'device/latency_timer'));
  return timer ?? (/^tty(?:ACM|AMA|S|USB)\d+$/.test(name) ? usual : undefined);
}

function numberIn(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'latin1').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

import type { WatchEvent } from 'rx-usocket/watch';

import type { History } from './history';

/** The line end that a trace leaves out. */
const lineEnd = 2;

/** How long after the last bytes the trace is counted instead, in milliseconds. */
const bytesAreToldFor = 2000;

/** A byte on the line has a start bit, eight bits and a stop bit. */
const bitsPerByte = 10;

/**
 * Measures what goes over the line, and how long the line is busy with it. The bytes themselves are counted while they are
 * told, and otherwise the sizes in the trace, which are almost the same.
 */
export class LineMeter {
  private baud: number | undefined;
  private bytesToldAt = -Infinity;
  private toModemUntil = 0;
  private fromModemUntil = 0;
  private busyUntil = 0;

  constructor(private readonly history: History) {}

  /** The speed of the line, in bits per second. */
  setBaud(time: number, baud: number | undefined): void {
    this.baud = baud;
    this.history.add('bound', time, baud === undefined ? NaN : baud / bitsPerByte);
  }

  take(event: WatchEvent, time: number): void {
    if (event.type === 'bytes') {
      this.bytesToldAt = time;
      this.count(event.from === 'host', time, event.bytes.length);
    } else if (event.type === 'said' && event.direction !== 'by driver' && time > this.bytesToldAt + bytesAreToldFor) {
      const hasEnd = event.kind !== 'data' && event.kind !== 'block' && event.kind !== 'prompt';
      this.count(event.direction === 'to modem', time, event.size + (hasEnd ? lineEnd : 0));
    }
  }

  private count(isToModem: boolean, time: number, size: number): void {
    const duration = this.baud ? (size * bitsPerByte * 1000) / this.baud : 0;
    // What is written goes out from now on, and what has come was on the line until now.
    const from = isToModem
      ? Math.max(time, this.toModemUntil)
      : Math.max(time - duration, Math.min(time, this.fromModemUntil));
    const to = isToModem ? from + duration : time;
    if (isToModem) this.toModemUntil = to;
    else this.fromModemUntil = to;
    this.history.spread(isToModem ? 'toModem' : 'fromModem', from, to, size);
    const busyFrom = Math.max(from, this.busyUntil);
    if (to > busyFrom) this.history.spread('busy', busyFrom, to, to - busyFrom);
    this.busyUntil = Math.max(this.busyUntil, to);
  }
}

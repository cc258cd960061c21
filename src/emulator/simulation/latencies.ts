import { EMPTY, ignoreElements, type Observable, type SchedulerLike, timer } from 'rxjs';

import type { Random } from './random';

/** Shortest and longest, in ms. */
export type Range = readonly [shortest: number, longest: number];

/** How long the modem takes for what, in ms. */
export interface Latencies {
  /** From the end of a command line to its first answer. */
  readonly command: Range;
  /** From the last payload byte of a send to `Recv`. */
  readonly receipt: Range;
  /** Round trip to a peer, one for each link: half of it there, half of it back. NonOS says `SEND OK` after it. */
  readonly roundTrip: Range;
  /** ESP-AT: from `Recv` to `SEND OK`. */
  readonly handDown: Range;
  /** Name look-up. */
  readonly resolve: Range;
  /** Added to the operating system's own time for a connect, accepted or refused. */
  readonly connect: Range;
  /** NonOS: from the `ERROR` of a failed start to its `CLOSED`. */
  readonly failedClose: Range;
  readonly close: Range;
  /** From `CWJAP` to `WIFI CONNECTED`, or to the code of a failure. */
  readonly join: Range;
  /** From `WIFI CONNECTED` to `WIFI GOT IP`. */
  readonly address: Range;
  readonly scan: Range;
  /** From `CIPSNTPCFG` to the answer of a time server. */
  readonly clock: Range;
  readonly ping: Range;
  /** From the reset to the end of the boot loader's text. */
  readonly bootRom: Range;
}

/** As logs of real modules have them, or a little more. */
export const realisticLatencies: Latencies = {
  command: [1, 10],
  receipt: [1, 4],
  roundTrip: [2, 10],
  handDown: [1, 3],
  resolve: [10, 60],
  connect: [3, 8],
  failedClose: [5, 35],
  close: [3, 15],
  join: [1500, 3500],
  address: [500, 2500],
  scan: [1500, 3000],
  clock: [300, 2500],
  ping: [1, 12],
  bootRom: [40, 120],
};

/** Draws the modem's delays. */
export class Delays {
  constructor(
    private readonly latencies: Latencies,
    private readonly scale: number,
    private readonly random: Random,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Completes after a latency of this kind; at once, in the same turn, where that is none. */
  after(kind: keyof Latencies): Observable<never> {
    return this.wait(this.draw(kind));
  }

  /** Completes after a time drawn from the range and scaled. */
  within(range: Range): Observable<never> {
    return this.wait(this.scale === 0 ? 0 : this.random.between(...range) * this.scale);
  }

  draw(kind: keyof Latencies): number {
    return this.scale === 0 ? 0 : this.random.between(...this.latencies[kind]) * this.scale;
  }

  /** Completes after so many ms, unscaled. */
  wait(ms: number): Observable<never> {
    return ms <= 0 ? EMPTY : timer(ms, this.scheduler).pipe(ignoreElements());
  }
}

import { EMPTY, ignoreElements, type Observable, type SchedulerLike, timer } from 'rxjs';

import type { Random } from './random';

/** The shortest and the longest time, in milliseconds. */
export type Range = readonly [shortest: number, longest: number];

/** How long the modem takes for each of its actions, in milliseconds. Each time is drawn from its range. */
export interface Latencies {
  /** From the end of a command line to its first answer. Default 1 to 10. */
  readonly command: Range;
  /** From the last payload byte of a send to `Recv`. Default 1 to 4. */
  readonly receipt: Range;
  /**
   * Round trip to a peer, drawn once for each link: half of it there, half of it back. NonOS says `SEND OK` after it.
   * Default 2 to 10.
   */
  readonly roundTrip: Range;
  /** ESP-AT: from `Recv` to `SEND OK`. Default 1 to 3. */
  readonly handDown: Range;
  /** A name look-up. Default 10 to 60. */
  readonly resolve: Range;
  /** Added to the operating system's own time for a connect, accepted or refused. Default 3 to 8. */
  readonly connect: Range;
  /** NonOS: from the `ERROR` of a connect that failed to its `CLOSED`. Default 5 to 35. */
  readonly failedClose: Range;
  /** From `CIPCLOSE` to `CLOSED`, and from the `OK` of NonOS' `CWQAP` to `WIFI DISCONNECT`. Default 3 to 15. */
  readonly close: Range;
  /** From `CWJAP` to `WIFI CONNECTED`, or to the code of a failure. Default 1500 to 3500. */
  readonly join: Range;
  /** From `WIFI CONNECTED` to `WIFI GOT IP`. Default 500 to 2500. */
  readonly address: Range;
  /** A scan for networks, by `CWLAP`, or by `CWJAP` for one that is not there. Default 1500 to 3000. */
  readonly scan: Range;
  /** From `CIPSNTPCFG` to the answer of a time server. Default 300 to 2500. */
  readonly clock: Range;
  /** The time that `PING` shows, before the delay of the host. Default 1 to 12. */
  readonly ping: Range;
  /** From the reset to the end of the boot loader's text. Default 40 to 120. */
  readonly bootRom: Range;
}

/** The latencies in the logs of real modules, or a little more. */
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

/** The latencies in force, and the number that scales them. */
export interface Timing {
  readonly latencies: Latencies;
  readonly latency: number;
}

/** Draws the modem's delays. */
export class Delays {
  /** @param timing Is read for each delay, because it may change. */
  constructor(
    private readonly timing: Timing,
    private readonly random: Random,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Completes after a latency of this kind; synchronously if it is 0. */
  after(kind: keyof Latencies): Observable<never> {
    return this.wait(this.draw(kind));
  }

  /** Completes after a time drawn from the range and scaled. */
  within(range: Range): Observable<never> {
    return this.wait(this.scaled(range));
  }

  /** A latency of this kind, in milliseconds, scaled. */
  draw(kind: keyof Latencies): number {
    return this.scaled(this.timing.latencies[kind]);
  }

  /** Completes after this many milliseconds, unscaled; synchronously if there are none. */
  wait(ms: number): Observable<never> {
    return ms <= 0 ? EMPTY : timer(ms, this.scheduler).pipe(ignoreElements());
  }

  private scaled(range: Range): number {
    const { latency } = this.timing;
    return latency === 0 ? 0 : this.random.between(...range) * latency;
  }
}

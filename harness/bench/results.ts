import { type Bound, boundOf } from './bound';
import { bytesOf, canSendSegments, type FigureName, lineBytes, type Setting, type Task } from './figures';
import type { Measured } from './messages';

/** The programs that are measured beside each other. The driver is the first, because it has the modem join the network. */
export const programNames = ['driver', 'bareLoop', 'bareSegments', 'barePort'] as const;
export type ProgramName = (typeof programNames)[number];

/** The programs that a figure is measured with: segments only where the firmware has them, and something is sent. */
export function programsFor(setting: Setting, { up, rounds }: Task): readonly ProgramName[] {
  const hasSegments = canSendSegments(setting) && up + rounds > 0;
  return programNames.filter((name) => name !== 'bareSegments' || hasSegments);
}

/** What one program has reached. */
export interface Result {
  readonly seconds: number;
  /** Processor time of its process, in seconds. */
  readonly processor: number;
  /** Bytes per second in the direction that has more of them, all sockets together; without an echo. */
  readonly rate?: number;
  /** The same as a part of what the line carries, from 0 to 1. */
  readonly ofLine?: number;
  /** The time of one byte there and back, in milliseconds; for an echo. */
  readonly latency?: { readonly median: number; readonly p95: number };
}

/** How the driver compares with a bare program: its value divided by the other one's. */
interface Ratio {
  /** Of the rates, so that more is better; for an echo of the medians, so that less is better. */
  readonly speed: number;
  readonly processor: number;
}

/** A figure: what was reached with one modem. */
export interface Row extends Setting {
  readonly figure: FigureName;
  readonly bytes: number;
  readonly rounds: number;
  /** The best that this way of transfer allows. */
  readonly bound: Bound;
  readonly results: Readonly<Record<Exclude<ProgramName, 'bareSegments'>, Result>> & {
    readonly bareSegments?: Result;
  };
  readonly ratios: Readonly<Record<'toLoop' | 'toPort', Ratio>>;
}

/** The smallest value that is not smaller than this part of all values, by the nearest rank. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

/** Sums up what a program has measured in its runs. Without a run, there are no numbers. */
export function resultOf(task: Task, baud: number, runs: readonly Measured[]): Result {
  const median = (of: (run: Measured) => number): number => percentile(runs.map(of), 0.5);
  const seconds = median((run) => run.seconds);
  // Not the median: its clock is coarse, and what is done once in a while counts as well.
  const processor = runs.reduce((sum, run) => sum + run.processor, 0) / runs.length;
  const rounds = runs.flatMap((run) => run.rounds);
  if (task.rounds > 0) {
    return { seconds, processor, latency: { median: percentile(rounds, 0.5), p95: percentile(rounds, 0.95) } };
  }
  const rate = bytesOf(task) / seconds;
  return { seconds, processor, rate, ofLine: rate / lineBytes(baud, 1) };
}

/** Compares the results of a figure. */
export function rowOf(setting: Setting, task: Task, results: Row['results']): Row {
  const { driver, bareLoop, barePort } = results;
  return {
    ...setting,
    figure: task.figure,
    bytes: bytesOf(task),
    rounds: task.rounds,
    bound: boundOf(setting, task),
    results,
    ratios: { toLoop: ratio(driver, bareLoop), toPort: ratio(driver, barePort) },
  };
}

function ratio(one: Result, other: Result): Ratio {
  const speed =
    one.latency && other.latency ? one.latency.median / other.latency.median : (one.rate ?? NaN) / (other.rate ?? NaN);
  return { speed, processor: one.processor / other.processor };
}

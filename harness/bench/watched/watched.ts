import { limitOf } from '../bench';
import { buildPrograms } from '../build';
import { type Child, startChild } from '../child';
import { type FigureName, type Setting, type Task, taskOf } from '../figures';
import { carryOut } from '../measuring';
import type { FromProgram, Measured, ToProgram } from '../messages';
import { startPeer } from '../peer';
import { percentile } from '../results';

/**
 * The ways in which a program is watched: `observed` has a subscriber of `observe`, with the bytes; `served` is watched with
 * `watch`, and no page is attached; `attached` has a page that has asked for the bytes, in a process of its own.
 */
const ways = ['observed', 'served', 'attached'] as const;
export type Way = (typeof ways)[number];

/** What is measured. */
export interface WatchedOptions {
  readonly setting: Setting;
  /** How long each transfer takes at the speed of the line, in seconds. */
  readonly seconds: number;
  /** How many pairs are measured: the same program unwatched and watched, in turns. */
  readonly pairs: number;
  readonly seed: number;
}

/** How a watched program compares with an unwatched one. Each value is the median of the pairs. */
export interface WatchedFigure {
  readonly way: Way;
  readonly figure: FigureName;
  /** Its rate divided by that of the unwatched program. For an echo, by the median of its rounds. */
  readonly rate: number;
  /** Its processor time divided by that of the unwatched program. */
  readonly processor: number;
  /** Processor time that watching takes, in milliseconds for each second of the transfer. */
  readonly extra: number;
}

const figures: readonly FigureName[] = ['download', 'echo'];

/** Measures a program beside the same program that is watched, on the same modem. */
export async function* benchWatched({ setting, seconds, pairs, seed }: WatchedOptions): AsyncGenerator<WatchedFigure> {
  await using built = await buildPrograms();
  const limit = limitOf(seconds);
  const longest = limit * (2 * pairs + 2) * figures.length * ways.length;
  const modemArgs = ['modem', JSON.stringify(setting), String(seed)];
  await using modem = startChild<never, readonly string[]>(built.file, modemArgs, longest);
  const [path = ''] = await modem.next();
  const measure = async (program: Child<ToProgram, FromProgram>, task: Task): Promise<Measured> => {
    await using peer = await startPeer(task, task.sockets, seed);
    return await carryOut(program, { setting, task, path, host: peer.host, port: peer.port, seed }, peer);
  };
  for (const way of ways) {
    // Both are new, because the code of a program that has run for longer is compiled better.
    await using unwatched = startChild<ToProgram, FromProgram>(built.file, ['driver'], longest);
    await using watched = startChild<ToProgram, FromProgram>(built.file, ['watched', way], longest);
    for (const figure of figures) {
      const task = taskOf(figure, setting.baud, seconds);
      // A pair that does not count, because it also compiles the code.
      await measure(unwatched, task);
      await measure(watched, task);
      const measured: (readonly [Measured, Measured])[] = [];
      for (let pair = 0; pair < pairs; pair++)
        measured.push(
          await inTurns(
            pair,
            () => measure(unwatched, task),
            () => measure(watched, task),
          ),
        );
      yield { way, figure, ...compare(measured) };
    }
  }
}

/** Every other pair begins with the watched program, because the second one may have the better machine. */
async function inTurns(
  pair: number,
  unwatched: () => Promise<Measured>,
  watched: () => Promise<Measured>,
): Promise<readonly [Measured, Measured]> {
  if (pair % 2 === 0) return [await unwatched(), await watched()];
  const second = await watched();
  return [await unwatched(), second];
}

/** Of an echo, the median of the rounds, because a few late ones say more about the machine. */
function timeOf({ seconds, rounds }: Measured): number {
  return rounds.length > 0 ? percentile(rounds, 0.5) : seconds;
}

function compare(pairs: readonly (readonly [Measured, Measured])[]): Omit<WatchedFigure, 'way' | 'figure'> {
  const median = (of: (unwatched: Measured, watched: Measured) => number): number =>
    percentile(
      pairs.map(([unwatched, watched]) => of(unwatched, watched)),
      0.5,
    );
  return {
    rate: median((unwatched, watched) => timeOf(unwatched) / timeOf(watched)),
    processor: median((unwatched, watched) => watched.processor / unwatched.processor),
    extra: median((unwatched, watched) => (1000 * (watched.processor - unwatched.processor)) / unwatched.seconds),
  };
}

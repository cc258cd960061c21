import { messageOf } from '../../src/usocket/contract/messageOf';
import { within } from '../time/limits';
import { type Built, buildPrograms } from './build';
import { type Child, startChild } from './child';
import { type FigureName, type Setting, type Task, taskOf, turnsOf } from './figures';
import type { FromProgram, Measured, Order, ToProgram } from './messages';
import { type Peer, startPeer } from './peer';
import { type ProgramName, programNames, programsFor, type Result, resultOf, type Row, rowOf } from './results';

/** What is measured. */
export interface BenchOptions {
  readonly settings: readonly Setting[];
  readonly figures: readonly FigureName[];
  /** How long each transfer takes at the speed of the line, in seconds. */
  readonly seconds: number;
  /** How often each figure is measured, in turns. The medians count. */
  readonly runs: number;
  readonly seed: number;
}

/** Seconds that a program may take for a figure beyond {@link slack} times what it takes at the speed of the line. */
const start = 30;
const slack = 10;

/** What a program takes for a figure, on average: so many seconds, and so many times what it takes at the speed of the line. */
const usual = { start: 0.6, slack: 1.2 };

/** Seconds of a transfer before the first figure. */
const warmUp = 0.5;

/** Milliseconds after which a transfer that takes so many seconds at the speed of the line is given up. */
export function limitOf(seconds: number): number {
  return 1000 * (start + slack * Math.max(warmUp, seconds));
}

/** About how many seconds it takes. */
export function duration({ settings, figures, seconds, runs }: BenchOptions): number {
  const taking = (count: number, each: number): number => count * (usual.start + usual.slack * each);
  return settings
    .map((setting) => {
      const times = figures.map((figure) => {
        const { turns, each } = turnsOf(figure, seconds);
        return taking(programsFor(setting, taskOf(figure, setting.baud, each)).length * runs * turns, each);
      });
      return times.reduce((sum, time) => sum + time, taking(programNames.length, warmUp));
    })
    .reduce((sum, each) => sum + each, 0);
}

/**
 * Measures all figures on each modem. Each program and each modem is a process of its own.
 *
 * @returns The rows of one modem at a time.
 * @throws Error (rejection) when a program fails, is not done in time, or has received or sent a wrong byte.
 */
export async function* bench(options: BenchOptions): AsyncGenerator<readonly Row[]> {
  await using built = await buildPrograms();
  for (const setting of options.settings) yield await measureModem(setting, options, built);
}

async function measureModem(
  setting: Setting,
  { figures, seconds, runs, seed }: BenchOptions,
  { file }: Built,
): Promise<readonly Row[]> {
  const limit = limitOf(seconds);
  // Only for a bench that has gone before it could end its processes.
  const longest = limit * (figures.length * runs + 1) * programNames.length;
  const modemArgs = ['modem', JSON.stringify(setting), String(seed)];
  await using modem = startChild<never, readonly string[]>(file, modemArgs, longest);
  const [path = ''] = await modem.next();
  await using driver = startChild<ToProgram, FromProgram>(file, ['driver'], longest);
  await using bareLoop = startChild<ToProgram, FromProgram>(file, ['bareLoop'], longest);
  await using bareSegments = startChild<ToProgram, FromProgram>(file, ['bareSegments'], longest);
  await using barePort = startChild<ToProgram, FromProgram>(file, ['barePort'], longest);
  const programs = { driver, bareLoop, bareSegments, barePort };
  const measure = async (name: ProgramName, task: Task): Promise<Measured> => {
    await using peer = await startPeer(task, name === 'barePort' ? 1 : task.sockets, seed);
    const order = { setting, task, path, port: peer.port, seed };
    const late = (): never => {
      throw new Error(`it was not done after ${limit / 1000} s`);
    };
    return await within(limit, carryOut(programs[name], order, peer), late).catch((cause: unknown) => {
      const what = `${name}, ${task.figure}, AT ${setting.firmware}, ${setting.receive}, ${setting.baud} baud`;
      throw new Error(`${what}: ${messageOf(cause)}`, { cause });
    });
  };
  // The first transfer of a process also compiles its code.
  for (const name of programsFor(setting, taskOf('upload', setting.baud, warmUp))) {
    await measure(name, taskOf('both-ways', setting.baud, warmUp));
  }
  const rows: Row[] = [];
  for (const figure of figures) {
    const { turns, each } = turnsOf(figure, seconds);
    const task = taskOf(figure, setting.baud, each);
    const measured: Partial<Record<ProgramName, Measured[]>> = {};
    for (let run = 0; run < runs * turns; run++) {
      for (const name of programsFor(setting, task)) (measured[name] ??= []).push(await measure(name, task));
    }
    const result = (name: ProgramName): Result => resultOf(task, setting.baud, measured[name] ?? []);
    const { bareSegments: hasSegments } = measured;
    rows.push(
      rowOf(setting, task, {
        driver: result('driver'),
        bareLoop: result('bareLoop'),
        ...(hasSegments && { bareSegments: result('bareSegments') }),
        barePort: result('barePort'),
      }),
    );
  }
  return rows;
}

/** Has a program carry out an order. */
export async function carryOut(program: Child<ToProgram, FromProgram>, order: Order, peer: Peer): Promise<Measured> {
  program.tell({ kind: 'order', ...order });
  const wrong = new Promise<never>((_, reject) => {
    peer.arrived.then(() => {
      program.tell({ kind: 'arrived' });
    }, reject);
  });
  for (;;) {
    const message = await Promise.race([program.next(), wrong]);
    if (message.kind === 'failed') throw new Error(message.message);
    if (message.kind === 'measured') return message;
    peer.begin();
  }
}

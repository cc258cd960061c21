import { buildPrograms } from './build';
import { startChild } from './child';
import { type FigureName, type Setting, type Task, taskOf, turnsOf } from './figures';
import type { Measured } from './messages';
import { type Served, startMeasuring } from './measuring';
import type { OwnModem } from './own/ownModem';
import { type Measure, tolerant } from './own/tolerant';
import { loopback } from './peer';
import { type ProgramName, programNames, programsFor, type Result, resultOf, type Row, rowOf } from './results';

/** What is measured. */
export interface BenchOptions {
  readonly settings: readonly Setting[];
  readonly figures: readonly FigureName[];
  /** How long each transfer takes at the speed of the line, in seconds. */
  readonly seconds: number;
  /** How often each figure is measured, in turns. The medians count. */
  readonly runs: number;
  /** Rounds of an echo with which each program begins, before its first figure. */
  readonly warmUp: number;
  readonly seed: number;
  /** The folder in which each program leaves a profile. */
  readonly profile?: string | undefined;
  /** The modem of all settings, if it is not a virtual one. */
  readonly own?: OwnModem | undefined;
}

/** What was measured with one modem. */
export interface ModemFigures {
  readonly rows: readonly Row[];
  /** The times of the first rounds of the programs that were new, in milliseconds. */
  readonly cold: Cold;
  /** Why there are no figures of a program, on a modem of one's own. */
  readonly failures: readonly string[];
}

export type Cold = Readonly<Partial<Record<ProgramName, readonly number[]>>>;

/** Seconds that a program may take for a figure beyond {@link slack} times what it takes at the speed of the line. */
const start = 30;
const slack = 10;

/**
 * What a program takes for a figure, on average, in seconds: what goes before and after it, each second that it takes at the speed
 * of the line, and each round of an echo.
 */
const usual = { start: 0.4, second: 1.05, round: 0.016 };

/** Seconds of a transfer before the figures of a modem, and the rounds before those of a modem that is not the first. */
const warmUpTransfer = 0.25;
const furtherRounds = 25;

/** Milliseconds after which a transfer that takes so many seconds at the speed of the line is given up. */
export function limitOf(seconds: number): number {
  return 1000 * (start + slack * Math.max(warmUpTransfer, seconds));
}

/** About how many seconds it takes. */
export function duration({ settings, figures, seconds, runs, warmUp }: BenchOptions): number {
  const taking = ({ figure, rounds }: Task, each: number): number =>
    usual.start + (figure === 'echo' ? usual.round * rounds : usual.second * each);
  const times = settings.flatMap((setting, index) => {
    const tasks = figures.flatMap((figure) => {
      const { turns, each } = turnsOf(figure, seconds);
      return Array.from({ length: runs * turns }, () => ({ task: taskOf(figure, setting.baud, each), each }));
    });
    const warming = warmUpOf(setting, index === 0 ? warmUp : Math.min(furtherRounds, warmUp));
    return [...warming, ...tasks].map(({ task, each }) => programsFor(setting, task).length * taking(task, each));
  });
  return times.reduce((sum, time) => sum + time, 0);
}

/** What a program does before the figures of a modem. */
function warmUpOf({ baud }: Setting, rounds: number): readonly { readonly task: Task; readonly each: number }[] {
  const echo = { ...taskOf('echo', baud, 1), rounds };
  return [
    { task: echo, each: 0 },
    { task: taskOf('both-ways', baud, warmUpTransfer), each: warmUpTransfer },
  ];
}

/**
 * Measures all figures on each modem. Each virtual modem is a process of its own, and so is each program, which all modems share.
 *
 * @returns The figures of one modem at a time.
 * @throws Error (rejection) when a program fails, is not done in time, or has received or sent a wrong byte. A modem of one's own
 *   goes on without the figure of that program, as long as the modem itself works.
 */
export async function* bench(options: BenchOptions): AsyncGenerator<ModemFigures> {
  const { settings, figures, seconds, runs, warmUp, own } = options;
  await using built = await buildPrograms();
  const limit = limitOf(Math.max(seconds, warmUp * usual.round));
  const turns = figures.reduce((sum, figure) => sum + runs * turnsOf(figure, seconds).turns, 2);
  const longest = limit * turns * programNames.length * settings.length;
  await using programs = startMeasuring({ ...options, file: built.file, limit, longest });
  const warmed = new Set<ProgramName>();
  for (const setting of settings) {
    const modemArgs = ['modem', JSON.stringify(setting), String(options.seed)];
    await using virtual = own ? undefined : startChild<never, readonly string[]>(built.file, modemArgs, longest);
    const [path = ''] = (await virtual?.next()) ?? [own?.port];
    const served = { setting, path, place: own?.place ?? loopback };
    const failures: string[] = [];
    const measure: Measure = own
      ? tolerant(programs, own, failures)
      : (name, task, modem) => programs.measure(name, task, modem);
    const cold = await warm(measure, served, options, warmed);
    yield { rows: await measureFigures(measure, served, options), cold, failures };
  }
}

/** Has the programs run for a while, because code that has run often is compiled better. */
async function warm(
  measure: Measure,
  modem: Served,
  { warmUp }: BenchOptions,
  warmed: Set<ProgramName>,
): Promise<Cold> {
  const cold: Partial<Record<ProgramName, readonly number[]>> = {};
  for (const name of programNames) {
    const isNew = !warmed.has(name);
    for (const { task } of warmUpOf(modem.setting, isNew ? warmUp : Math.min(furtherRounds, warmUp))) {
      if (!programsFor(modem.setting, task).includes(name)) continue;
      const measured = await measure(name, task, modem);
      if (measured && isNew && task.figure === 'echo') cold[name] = measured.rounds;
      warmed.add(name);
    }
  }
  return cold;
}

async function measureFigures(
  measure: Measure,
  modem: Served,
  { figures, seconds, runs }: BenchOptions,
): Promise<readonly Row[]> {
  const { setting } = modem;
  const rows: Row[] = [];
  for (const figure of figures) {
    const { turns, each } = turnsOf(figure, seconds);
    const task = taskOf(figure, setting.baud, each);
    const measured: Partial<Record<ProgramName, Measured[]>> = {};
    const failed = new Set<ProgramName>();
    for (let run = 0; run < runs * turns; run++) {
      for (const name of programsFor(setting, task)) {
        const one = failed.has(name) ? undefined : await measure(name, task, modem);
        if (!one) failed.add(name);
        measured[name] = one ? [...(measured[name] ?? []), one] : [];
      }
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

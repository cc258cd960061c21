import { buildPrograms } from '../build';
import { type Child, startChild } from '../child';
import type { Setting } from '../figures';
import { startEndlessPeer } from './endlessPeer';
import { type ManyFigure, manyFigureOf, stepsTo } from './manyFigures';
import type { FromMany, Observed, ToMany } from './messages';

/** What is measured. */
export interface ManyOptions {
  readonly setting: Setting;
  /** The largest number of modems. */
  readonly modems: number;
  /** How long each number of modems is observed, in seconds: once without data, and once with them. */
  readonly seconds: number;
  readonly seed: number;
}

/** Virtual modems of one process. */
const modemsOfProcess = 16;

/** The least modems of a rehearsal, if there are so many. Fewer of them would leave much of the code uncompiled. */
const fewestRehearsing = 16;

/** How often a process rehearses. After one rehearsal, code is still being compiled, of a quarter of a megabyte. */
const rehearsals = 3;

/** Milliseconds for which an adapter collects bytes. Shorter times would measure little but the modems' own processes. */
export const chunkInterval = 8;

/** The most seconds of transfer that do not count, because the buffers are filled in them. */
const warmUp = 3;

/** Milliseconds after which a child process is killed, beyond those of its observations. */
const start = 120_000;

/**
 * Measures what one process takes that has many modems, with all of their links open. The modems have processes of their
 * own. The peer is this process.
 *
 * @returns The figures of one number of modems at a time, in growing order.
 * @throws Error (rejection) when a modem fails, or a link has received a wrong byte.
 */
export async function* benchMany(options: ManyOptions): AsyncGenerator<ManyFigure> {
  await using built = await buildPrograms();
  for (const modems of stepsTo(options.modems)) {
    yield manyFigureOf({ modems, baud: options.setting.baud }, await measure(modems, options, built.file));
  }
}

async function measure(
  modems: number,
  { setting, modems: most, seconds, seed }: ManyOptions,
  file: string,
): Promise<{ readonly idle: Observed; readonly busy: Observed }> {
  const limit = start + 4000 * seconds;
  const rehearsing = Math.max(modems, Math.min(most, fewestRehearsing));
  await using peer = await startEndlessPeer(seed);
  await using served = startModems(rehearsing, setting, seed, (args) => startChild(file, args, limit));
  const paths = await served.paths();
  await using driver = startChild<ToMany, FromMany>(file, ['manyDriver'], limit, ['--expose-gc']);
  const open = (count: number): Promise<FromMany> =>
    ask(driver, { kind: 'open', setting, paths: paths.slice(0, count), port: peer.port, seed });
  const observe = async (duration: number): Promise<Observed> => {
    const answer = await ask(driver, { kind: 'observe', seconds: duration });
    if (answer.kind !== 'observed') throw new Error(`the process of the modems answered ${answer.kind}`);
    return answer;
  };
  const warm = Math.min(warmUp, seconds);
  // So that the code is compiled, and its memory is not taken for that of the modems.
  for (let rehearsal = 0; rehearsal < rehearsals; rehearsal++) {
    await open(rehearsing);
    peer.begin();
    await observe(warm);
    await ask(driver, { kind: 'close' });
  }
  await open(modems);
  const idle = await observe(seconds);
  peer.begin();
  await observe(warm);
  return { idle, busy: await observe(seconds) };
}

interface Modems extends AsyncDisposable {
  paths(): Promise<readonly string[]>;
}

/** Starts the processes of the modems. */
function startModems(
  modems: number,
  setting: Setting,
  seed: number,
  startOne: (args: readonly string[]) => Child<never, readonly string[]>,
): Modems {
  const children = Array.from({ length: Math.ceil(modems / modemsOfProcess) }, (_, index) => {
    const before = index * modemsOfProcess;
    const count = Math.min(modemsOfProcess, modems - before);
    const numbers = [seed + before, count, chunkInterval].map(String);
    return startOne(['modem', JSON.stringify(setting), ...numbers]);
  });
  return {
    async paths() {
      return (await Promise.all(children.map((child) => child.next()))).flat();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
    },
  };
}

async function ask(driver: Child<ToMany, FromMany>, question: ToMany): Promise<FromMany> {
  driver.tell(question);
  const answer = await driver.next();
  if (answer.kind === 'failed') throw new Error(answer.message);
  return answer;
}

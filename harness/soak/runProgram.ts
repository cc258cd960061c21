import type { RunningInterface, TestedInterface } from '../interfaces/interfaces';
import { OSError } from '../../src/usocket';
import { within } from '../time/limits';
import type { Program, Progress, Task } from './program';
import { perform } from './tasks';

/** What came of each task of a program, line by line; of one that went wrong, `!` begins the last. */
export type Transcript = readonly (readonly string[])[];

interface Work extends Progress {
  readonly task: Task;
}

/** Milliseconds after which a program hangs. */
const patience = 30_000;

/** Programs run side by side, and each modem begins with the same ports: on this machine any free one stands for each. */
const ports = { 8080: 0, ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [49_152 + index, 0])) };

/** Runs a program on an interface. Never rejects: what goes wrong is in the transcript. */
export async function runProgram({ tasks, modem }: Program, tested: TestedInterface): Promise<Transcript> {
  const works = tasks.map((task): Work => ({ task, lines: [], at: 'start' }));
  let net: RunningInterface | undefined;
  const run = async (): Promise<void> => {
    const running = (net = await tested.start({ ...modem, ports }));
    await Promise.all(works.map((work) => finish(work, running)));
    await running[Symbol.asyncDispose]();
  };
  const failed = (error: unknown): void => {
    for (const work of works) fail(work, inWords(error));
  };
  const hangs = (): void => {
    for (const work of works) if (work.at !== undefined) fail(work, 'hangs');
  };
  await within(patience, run().catch(failed), hangs);
  // What ends only because the interface does is not part of it.
  const transcript = works.map(({ lines }) => [...lines]);
  await net?.[Symbol.asyncDispose]();
  return transcript;
}

async function finish(work: Work, net: RunningInterface): Promise<void> {
  try {
    await perform(work.task, net, work);
  } catch (error) {
    fail(work, inWords(error));
  }
  work.at = undefined;
}

function fail({ lines, at }: Work, how: string): void {
  lines.push(`! ${how} at ${typeof at === 'string' ? at : JSON.stringify(at)}`);
}

/**
 * A connection that the peer has closed, and whose number AT 1.7 has given to a client before its last bytes were read:
 * it forgets them, and its reader is told. Nobody else does so, and no program can avoid it.
 */
const forgotten = /^! ECONNRESET: .* the modem lost its last \d+ bytes/;

/** What differs between what a program did on one interface and on another, or went wrong on either; empty for nothing. */
export function differences(tasks: readonly Task[], expected: Transcript, got: Transcript): string {
  return tasks
    .flatMap(({ kind }, task) => {
      const [one = [], other = []] = [expected[task], got[task]];
      if (other.some((line) => forgotten.test(line))) return [];
      const isWrong = [...one, ...other].some((line) => line.startsWith('!'));
      const place = one.findIndex((line, index) => line !== other[index]);
      if (!isWrong && place < 0 && one.length === other.length) return [];
      return [`task ${task}, ${kind}`, ...sideBySide('expected', one), ...sideBySide('got', other)];
    })
    .join('\n');
}

function sideBySide(name: string, lines: readonly string[]): readonly string[] {
  return [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
}

function inWords(error: unknown): string {
  if (error instanceof OSError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

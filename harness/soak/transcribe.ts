import type { RunningInterface, TestedInterface } from '../interfaces/interfaces';
import { OSError } from '../../src/usocket';
import { messageOf } from '../../src/usocket/contract/messageOf';
import { within } from '../time/limits';
import type { RandomProgram, Progress, Task } from './randomProgram';
import { perform, type SoakedInterface } from './tasks';

/** The lines of each task of a program. If a task failed, its last line begins with `!`. */
export type Transcript = readonly (readonly string[])[];

interface Work extends Progress {
  readonly task: Task;
}

/** Milliseconds after which a program counts as hanging. */
const patience = 30_000;

/** Each modem begins with the same ports, and programs run concurrently, so each port stands for any free one of this machine. */
const ports = { 8080: 0, ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [49_152 + index, 0])) };

/**
 * Runs a program on an interface. Never rejects: the transcript has what went wrong.
 *
 * @param started Called when the interface has been started.
 */
export async function transcribe(
  { tasks, modem }: RandomProgram,
  tested: TestedInterface,
  started: (net: RunningInterface) => void = () => undefined,
): Promise<Transcript> {
  const works = tasks.map((task): Work => ({ task, lines: [], at: 'start' }));
  let net: RunningInterface | undefined;
  const run = async (): Promise<void> => {
    const running = (net = await tested.start({ ...modem, ports }));
    started(running);
    await Promise.all(works.map((work) => finish(work, { ...running, holdsBack: tested.holdsBack })));
    await running[Symbol.asyncDispose]();
  };
  const failed = (error: unknown): void => {
    for (const work of works) fail(work, inWords(error));
  };
  const hangs = (): void => {
    for (const work of works) if (work.at !== undefined) fail(work, 'hangs');
  };
  await within(patience, run().catch(failed), hangs);
  // What happens only because the interface is closed does not belong into the transcript.
  const transcript = works.map(({ lines }) => [...lines]);
  await net?.[Symbol.asyncDispose]();
  return transcript;
}

async function finish(work: Work, net: SoakedInterface): Promise<void> {
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
 * AT 1.7 may give the link number of a connection that the peer has closed to a client before its last bytes are read. It
 * forgets these bytes, and the reader gets this error. Only AT 1.7 does so, and no program can avoid it.
 */
const forgotten = /^! ECONNRESET: .* the modem lost (?:its last \d+ bytes|what it had not announced)/;

/** Describes where two transcripts of a program differ, or where a task failed on either interface. Empty if nowhere. */
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
  return messageOf(error);
}

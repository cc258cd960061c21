import fc from 'fast-check';

import { interfaces, type TestedInterface } from '../interfaces/interfaces';
import { anyProgram, generation, type RandomProgram, programOf } from './randomProgram';
import { SwitchCounts } from './switchCounts';
import { differences, transcribe } from './transcribe';

export interface DifferentialOptions {
  readonly seed: number;
  readonly programs: number;
  /** The number of the only program to run. Default: all run. */
  readonly only?: number | undefined;
  /** Runs only on modems whose name contains this. Default: on all. */
  readonly firmware?: string | undefined;
  /** Default: the modems of the conformance suite. */
  readonly modems?: readonly TestedInterface[];
  /** Milliseconds for the search of a smaller program. Default: 60,000. */
  readonly shrinking?: number;
  /** The number of programs that run at a time. */
  readonly jobs: number;
  readonly print: (line: string) => void;
}

const [host, ...conformant] = interfaces as [TestedInterface, ...TestedInterface[]];

/** Progress is printed after this many programs. In so many, the receive mode changes. */
const stride = 100;

/**
 * Runs random programs on the operating system's sockets and on virtual modems, and compares the transcripts. Prints each
 * program whose transcripts differ, then the smallest program found that still differs.
 *
 * @returns Whether all transcripts agree, and whether the receive mode has changed both ways if there were many programs.
 */
export async function differential({
  seed,
  programs,
  only,
  firmware,
  modems = conformant,
  shrinking = 60_000,
  jobs,
  print,
}: DifferentialOptions): Promise<boolean> {
  const chosen = modems.filter(({ name }) => firmware === undefined || name.includes(firmware));
  if (chosen.length === 0) throw new Error(`no modem is named like ${firmware ?? 'anything'}`);
  const places = only === undefined ? Array.from({ length: programs }, (_, place) => place) : [only];
  const switches = new SwitchCounts();
  const failures: { readonly place: number; readonly modem: TestedInterface }[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      const program = programOf(seedOf(seed, place));
      const [expected = [], ...got] = await Promise.all(
        [host, ...chosen].map((each) =>
          transcribe(program, each, (net) => {
            switches.watch(each.name, net);
          }),
        ),
      );
      for (const [index, modem] of chosen.entries()) {
        const difference = differences(program.tasks, expected, got[index] ?? []);
        if (difference === '') continue;
        failures.push({ place, modem });
        print(`program ${place} of seed ${seed} differs on ${modem.name}:\n${shown(program)}\n${difference}`);
      }
      if (++done % stride === 0) print(`${done} programs`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const [first] = failures;
  if (first) print(await smallest(seedOf(seed, first.place), first.modem, shrinking));
  for (const { place, modem } of failures)
    print(`again: npm run soak -- differential --seed ${seed} --only ${place}   (${modem.name})`);
  for (const line of switches.lines) print(line);
  print(`${done} programs on ${chosen.length} modems: ${failures.length} differences`);
  const unchanged = chosen.filter(({ name, adapts }) => adapts && done >= stride && !switches.hasBothWays(name));
  for (const { name } of unchanged) print(`${name}: the receive mode has not changed both ways`);
  return failures.length + unchanged.length === 0;
}

/** Each program has its own seed, so that it can be made without the programs before it. */
function seedOf(seed: number, place: number): number {
  return (Math.imul(seed, 1_000_003) + place) | 0;
}

/** Drops steps and reduces sizes as long as the program still fails. */
async function smallest(seed: number, modem: TestedInterface, shrinking: number): Promise<string> {
  const deadline = performance.now() + shrinking;
  const agrees = async (program: RandomProgram): Promise<boolean> => {
    // If fast-check interrupted the search, a program would keep running.
    if (performance.now() > deadline) return true;
    const [expected = [], got = []] = await Promise.all([host, modem].map((each) => transcribe(program, each)));
    return differences(program.tasks, expected, got) === '';
  };
  const { counterexample } = await fc.check(fc.asyncProperty(anyProgram, agrees), {
    ...generation,
    seed,
  });
  if (!counterexample) return 'It did not fail when it was run alone: its moment matters, or what ran beside it.';
  return `a smaller one that fails on ${modem.name}:\n${shown(counterexample[0])}`;
}

function shown({ tasks, modem }: RandomProgram): string {
  return [`modem ${JSON.stringify(modem)}`, ...tasks.map((task) => JSON.stringify(task))].join('\n');
}

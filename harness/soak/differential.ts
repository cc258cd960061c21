import fc from 'fast-check';

import { interfaces, type TestedInterface } from '../interfaces/interfaces';
import { anyProgram, generation, type Program, programOf } from './program';
import { differences, runProgram } from './runProgram';

export interface DifferentialOptions {
  readonly seed: number;
  readonly programs: number;
  /** The one program to run, by its place. */
  readonly only?: number | undefined;
  /** Modems whose name contains this; all of them where it is left out. */
  readonly firmware?: string | undefined;
  /** Default: those of the conformance suite. */
  readonly modems?: readonly TestedInterface[];
  /** Milliseconds that looking for a smaller program may take. Default: a minute. */
  readonly shrinking?: number;
  /** Programs that run at a time. */
  readonly jobs: number;
  readonly print: (line: string) => void;
}

const [host, ...conformant] = interfaces as [TestedInterface, ...TestedInterface[]];

/** Programs between two of which something is printed. */
const stride = 100;

/**
 * Runs random programs on the operating system's sockets and on virtual modems, and compares what came of them. Gives
 * whether all agreed; prints each that did not, and then the smallest program that was found to fail in the same place.
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
  const failures: { readonly place: number; readonly modem: TestedInterface }[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      const program = programOf(seedOf(seed, place));
      const [expected = [], ...got] = await Promise.all([host, ...chosen].map((each) => runProgram(program, each)));
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
  print(`${done} programs on ${chosen.length} modems: ${failures.length} differences`);
  return failures.length === 0;
}

/** Each program has a seed of its own, so that one can be made without those before it. */
function seedOf(seed: number, place: number): number {
  return (Math.imul(seed, 1_000_003) + place) | 0;
}

/** Drops steps and makes sizes smaller as long as the program still fails. */
async function smallest(seed: number, modem: TestedInterface, shrinking: number): Promise<string> {
  const deadline = performance.now() + shrinking;
  const agrees = async (program: Program): Promise<boolean> => {
    // An interruption by fast-check would leave a program running.
    if (performance.now() > deadline) return true;
    const [expected = [], got = []] = await Promise.all([host, modem].map((each) => runProgram(program, each)));
    return differences(program.tasks, expected, got) === '';
  };
  const { counterexample } = await fc.check(fc.asyncProperty(anyProgram, agrees), {
    ...generation,
    seed,
  });
  if (!counterexample) return 'It did not fail when it was run alone: its moment matters, or what ran beside it.';
  return `a smaller one that fails on ${modem.name}:\n${shown(counterexample[0])}`;
}

function shown({ tasks, modem }: Program): string {
  return [`modem ${JSON.stringify(modem)}`, ...tasks.map((task) => JSON.stringify(task))].join('\n');
}

import { Command, Option } from 'commander';

import { parseWholeNumber } from '../../src/cli/values';
import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { bothWays } from './bothWays';
import { cycles } from './cycles';
import { differential } from './differential';
import { resets } from './resets';
import { slowReader } from './slowReader';

type Print = (line: string) => void;

const seedOption = (): Option =>
  new Option('--seed <number>', 'where all chance comes from; the same seed is the same run')
    .argParser(parseWholeNumber)
    .default(1);
const firmwareOption = (): Option => new Option('--firmware <version>', 'this one alone').choices(firmwareVersions);
const numberOption = (flags: string, description: string, standard?: number): Option =>
  new Option(flags, description).argParser(parseWholeNumber).default(standard);

interface Given {
  readonly seed: number;
  readonly programs: number;
  readonly only?: number;
  readonly firmware?: FirmwareVersion;
  readonly jobs: number;
  readonly moments: number;
  readonly size: number;
  readonly cycles: number;
  readonly warmUp: number;
}

const firmwaresOf = ({ firmware }: Given) => (firmware === undefined ? {} : { firmwares: [firmware] });

const runs: Readonly<Record<string, (given: Given & { readonly print: Print }) => boolean | Promise<boolean>>> = {
  differential,
  resets: (given) => resets({ ...given, ...firmwaresOf(given) }),
  'both-ways': bothWays,
  'slow-reader': slowReader,
  cycles: (given) => cycles({ ...given, ...firmwaresOf(given) }),
};

/** Everything that can be run. What comes of it is printed; a failure sets the exit code. */
export function soakCommand(print: Print): Command {
  const command = (name: string, description: string, ...options: readonly Option[]): Command => {
    const made = new Command(name).description(description);
    for (const option of options) made.addOption(option);
    return made.action(async (given: Given) => {
      const isFine = await runs[name]?.({ ...given, print });
      print(`${name}: ${isFine ? 'nothing lost' : 'FAILED'}`);
      if (!isFine) process.exitCode = 1;
    });
  };
  const commands = [
    command(
      'differential',
      'Random programs on the sockets of this machine and on virtual modems: what comes of them must agree. On a ' +
        'difference it prints the program, both transcripts, and the smallest program found that still differs.',
      seedOption(),
      numberOption('--programs <count>', 'how many', 1000),
      numberOption('--only <place>', 'run this one of them alone'),
      new Option('--firmware <text>', 'only modems whose name has this: 1.5, 1.7.4, 2.2.2, pushes'),
      numberOption('--jobs <count>', 'programs at a time', 8),
    ),
    command(
      'resets',
      'Resets in the middle of downloads, in virtual time, on each firmware: what was delivered is a true beginning, ' +
        'ECONNRESET comes within 2 s, and the next socket works.',
      seedOption(),
      firmwareOption(),
      numberOption('--moments <count>', 'resets for each firmware', 100),
    ),
    command(
      'both-ways',
      '2 KB/s that come while 60 KB are sent at 115200 baud, in virtual time, on each firmware: both arrive whole.',
      seedOption(),
    ),
    command(
      'slow-reader',
      'A reader that waits until its socket is full, through passive receive: all arrives, the sender is held back, ' +
        'and the memory stays within its bounds.',
      numberOption('--size <bytes>', 'of the transfer', 20_000_000),
    ),
    command(
      'cycles',
      'Connects, transfers and closes over and over, on each firmware: neither the heap nor handles nor subscriptions ' +
        'grow after the first cycles.',
      firmwareOption(),
      numberOption('--cycles <count>', 'for each firmware', 10_000),
      numberOption('--warm-up <count>', 'cycles after which nothing may grow', 1000),
    ),
  ];

  const all = new Command('all').description('All of them, as they are without options.').action(async () => {
    for (const each of commands) await each.parseAsync([], { from: 'user' });
  });
  const soak = new Command('soak').description('Shows that nothing is lost and nothing hangs; exits with 1 if not.');
  for (const each of [...commands, all]) soak.addCommand(each, { isDefault: each === all });
  return soak;
}

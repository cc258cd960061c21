import { Command, Option } from 'commander';

import { parseWholeNumber } from '../../src/cli/options/values';
import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { bothWays } from './bothWays';
import { crowd } from './crowd';
import { cycles } from './cycles';
import { damagedSwitches } from './damagedSwitches';
import { differential } from './differential';
import { nodeSockets } from './nodeSockets';
import { resets } from './resets';
import { slowReader } from './slowReader';
import { stops } from './stops';
import { switches } from './switches';

type Print = (line: string) => void;

const seedOption = (): Option =>
  new Option('--seed <number>', 'seed of the random numbers; the same seed gives the same run')
    .argParser(parseWholeNumber)
    .default(1);
const firmwareOption = (): Option => new Option('--firmware <version>', 'run this one only').choices(firmwareVersions);
const numberOption = (flags: string, description: string, standard?: number): Option =>
  new Option(flags, description).argParser(parseWholeNumber).default(standard);

interface Given {
  readonly seed: number;
  readonly programs: number;
  readonly only?: number;
  readonly firmware?: FirmwareVersion;
  readonly jobs: number;
  readonly moments: number;
  readonly runs: number;
  readonly size: number;
  readonly cycles: number;
  readonly warmUp: number;
}

const firmwaresOf = ({ firmware }: Given) => (firmware === undefined ? {} : { firmwares: [firmware] });

const runs: Readonly<Record<string, (given: Given & { readonly print: Print }) => boolean | Promise<boolean>>> = {
  differential,
  resets: (given) => resets({ ...given, ...firmwaresOf(given) }),
  switches: async (given) => {
    const options = { ...given, ...firmwaresOf(given) };
    return (await switches(options)) && switches({ ...options, resets: true });
  },
  'damaged-switches': ({ print }) => damagedSwitches({ print }),
  stops: ({ print }) => stops({ print }),
  crowd: (given) => crowd({ ...given, ...firmwaresOf(given) }),
  'both-ways': bothWays,
  'slow-reader': slowReader,
  'node-sockets': (given) => nodeSockets({ ...given, ...firmwaresOf(given) }),
  cycles: (given) => cycles({ ...given, ...firmwaresOf(given) }),
};

/** The command line of the soak. Results are printed; a failure sets the exit code. */
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
      'Runs random programs on the sockets of this machine and on virtual modems. The results must be the same. For a ' +
        'difference it prints the program, both transcripts, and the smallest program found that still differs.',
      seedOption(),
      numberOption('--programs <count>', 'number of programs', 1000),
      numberOption('--only <place>', 'run only the program with this number'),
      new Option('--firmware <text>', 'only modems whose name contains this: 1.5, 1.7.4, 2.2.2, pushes'),
      numberOption('--jobs <count>', 'programs that run at a time', 8),
    ),
    command(
      'resets',
      'Resets each firmware in the middle of downloads, in virtual time. What was delivered must be a prefix of what was ' +
        'sent, ECONNRESET must come within 2 s, and the next socket must work.',
      seedOption(),
      firmwareOption(),
      numberOption('--moments <count>', 'number of resets for each firmware', 100),
    ),
    command(
      'switches',
      'Downloads over two or three links of each firmware, one of them encrypted, in virtual time, with readers that ' +
        'pause at random moments, so that the receive mode changes. A port for datagrams may be open meanwhile. ' +
        'Everything must arrive in order, whatever the modem does with data that wait; and a beginning of it if the modem ' +
        'is reset.',
      seedOption(),
      firmwareOption(),
      numberOption('--moments <count>', 'number of downloads for each firmware', 1000),
    ),
    command(
      'damaged-switches',
      'Loses and changes each byte of the dialogue in which the receive mode changes, and of what comes around it, in ' +
        'virtual time. Each connection must get everything, or a beginning of it and an error.',
    ),
    command(
      'stops',
      'Downloads with a reader that stops at each byte in turn, so that the receive mode changes, in virtual time. ' +
        'Everything must arrive in order.',
    ),
    command(
      'crowd',
      'Uses up to five links of each firmware at once, in virtual time: connections, encrypted ones, clients and a port for ' +
        'datagrams. They receive and send at their own pace, and the modem may be reset, fail to send or be busy. Everything ' +
        'must arrive in order or fail, and everything must end.',
      seedOption(),
      firmwareOption(),
      numberOption('--runs <count>', 'number of runs for each firmware', 1000),
    ),
    command(
      'both-ways',
      'Receives 2 KB/s while 60 KB are sent at 115200 baud, in virtual time, on each firmware. Both must arrive whole.',
      seedOption(),
    ),
    command(
      'slow-reader',
      'Transfers to a reader that waits until its socket is full, with adaptive receive. Everything must arrive, the ' +
        'sender must be held back, and the memory must stay within its bounds.',
      numberOption('--size <bytes>', 'bytes of the transfer', 20_000_000),
    ),
    command(
      'node-sockets',
      'Transfers to a socket of rx-usocket/node and to recv, in turns, over a line without a speed. Everything must arrive, ' +
        'and the memory must stay within its bounds. The time of both is printed.',
      firmwareOption(),
      numberOption('--size <bytes>', 'bytes of each transfer', 20_000_000),
      numberOption('--runs <count>', 'how often each transfer is made; the medians count', 1),
    ),
    command(
      'cycles',
      'Connects, transfers and closes over and over, on each firmware. After the first cycles neither the heap nor the ' +
        'handles nor the subscriptions may grow.',
      firmwareOption(),
      numberOption('--cycles <count>', 'number of cycles for each firmware', 10_000),
      numberOption('--warm-up <count>', 'number of cycles after which nothing may grow', 1000),
    ),
  ];

  const all = new Command('all').description('Runs all of them with their default options.').action(async () => {
    for (const each of commands) await each.parseAsync([], { from: 'user' });
  });
  const soak = new Command('soak').description(
    'Long runs that show that nothing is lost and nothing hangs. The exit code is 1 if one fails.',
  );
  for (const each of [...commands, all]) soak.addCommand(each, { isDefault: each === all });
  return soak;
}

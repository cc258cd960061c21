import { writeFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { cpus } from 'node:os';

import { Command, InvalidArgumentError, Option } from 'commander';

import { type CommandContext, processContext } from '../../src/cli/console/context';
import { usageFailure } from '../../src/cli/console/exitCodes';
import { parsePort, parseWholeNumber } from '../../src/cli/options/values';
import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import type { LocalAddress } from '../../src/proxy/localServer';
import { bench, type BenchOptions, type Cold, duration } from './bench';
import { coldCellsOf } from './coldTable';
import { canPull, type FigureName, figureNames, type Receive, type Setting, settingsOf, settingsWith } from './figures';
import { benchMany, chunkInterval } from './many/many';
import { coldTables, figureTables, manyTables, watchedTables, writeTables } from './markdown';
import { linksOfModem, type ManyFigure } from './many/manyFigures';
import { manyTableOf } from './many/manyTable';
import { type OwnModem, takeOwnModem } from './own/ownModem';
import type { Row } from './results';
import { alignColumns, tableOf } from './table';
import { benchWatched, type WatchedFigure } from './watched/watched';
import { watchedTableOf } from './watched/watchedTable';

/** The options of the command as commander gives them. */
interface Given {
  readonly quick?: true;
  readonly markdown?: true;
  readonly json?: string;
  readonly port?: string;
  readonly ssid?: string;
  readonly host?: LocalAddress;
  readonly firmware?: FirmwareVersion;
  readonly receive?: Receive;
  readonly baud?: number;
  readonly only?: FigureName;
  readonly seconds?: number;
  readonly runs: number;
  readonly modems?: number;
  readonly watched?: true;
  readonly warmUp?: number;
  readonly profile?: string;
  readonly seed: number;
}

/** The options that are for virtual modems only. */
const virtualOnly = ['markdown', 'firmware', 'modems', 'watched'];

const bauds = [115_200, 921_600, 2_000_000];

const help = `
The speed is that of rx-usocket divided by that of the bare loop / the bare port: more is better, except for echo, where
it is the median time. The processor time, in milliseconds, is that of as many bytes as the line carries in a second, or
of one round of an echo; then it is divided in the same way. docs/performance.md explains the figures.

A modem of your own, which is on your network, and finds this computer at the address that --host says:
  npm run bench -- --port /dev/ttyUSB0 --host 192.168.1.20 --quick
With --ssid it joins a network first. Its key is asked for, or taken from the variable RX_USOCKET_KEY.`;

/**
 * The command line of the bench. Tables are printed.
 *
 * @param context Makes that of a modem of one's own.
 */
export function benchCommand(print: (line: string) => void, context: () => CommandContext = processContext): Command {
  return new Command('bench')
    .description('Measures rx-usocket beside bare programs on `serialport`, on virtual modems behind pseudo-terminals.')
    .option('--quick', 'about a minute: one speed, adaptive receive where the firmware has it, short transfers')
    .option(
      '--markdown',
      'write the tables of README.md and docs/performance.md: with --modems theirs, otherwise the others',
    )
    .option('--json <file>', 'write the figures to this file as well')
    .addOption(new Option('--port <device>', 'instead: a modem of your own at this serial port').conflicts(virtualOnly))
    .option('--ssid <name>', 'the network that it joins first')
    .option('--host <address>', 'where it finds this computer, which listens there; or address:port', parseHost)
    .addOption(new Option('--firmware <version>', 'measure this one only').choices(firmwareVersions))
    .addOption(new Option('--receive <how>', 'measure this one only').choices(['adaptive', 'pushed', 'pulled']))
    .option('--baud <rate>', `the speed of the line; otherwise ${bauds.join(', ')}, or that of your modem`, parseBaud)
    .addOption(new Option('--only <figure>', 'measure this one only').choices(figureNames))
    .option('--seconds <number>', 'how long a transfer takes at the speed of the line', parseSeconds)
    .option('--runs <number>', 'measure each figure so often, in turns; the medians count', parseRuns, 1)
    .option('--modems <number>', 'instead: what one process takes that has so many modems, with all links', parseModems)
    .option('--watched', 'instead: what it costs a program to be watched; --runs is the number of pairs')
    .option('--warm-up <rounds>', 'rounds of an echo with which each program begins; otherwise 300', parseWarmUp)
    .option('--profile <folder>', 'each program leaves a profile of its processor time there')
    .option('--seed <number>', 'seed of the bytes and of the modem', parseWholeNumber, 1)
    .addHelpText('after', help)
    .action(async (given: Given) => {
      const figures = await measure(given, print, context);
      if (given.json === undefined) return;
      await writeFile(given.json, `${JSON.stringify({ ...circumstances(given), ...figures }, null, 2)}\n`);
    });
}

async function measure(given: Given, print: (line: string) => void, context: () => CommandContext): Promise<object> {
  const { watched, modems, port, ssid, host } = given;
  if (watched) return measureWatched(given, print);
  if (modems !== undefined) return measureModems(given, print);
  if (port === undefined) {
    if (ssid !== undefined || host) throw usageFailure('--ssid and --host are for a modem of your own; add its --port');
    return measureRows(given, print);
  }
  await using own = await takeOwnModem({ ...given, port }, context());
  return await measureRows(given, print, own);
}

async function measureRows(
  given: Given,
  print: (line: string) => void,
  own?: OwnModem,
): Promise<{ readonly rows: readonly Row[]; readonly cold: Cold; readonly failures: readonly string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  let cold: Cold = {};
  const options = optionsOf(given, own);
  const minutes = Math.ceil(duration(options) / 60);
  const what = own
    ? `AT ${own.firmware} at ${own.port}, the peer at ${own.place.host}`
    : `${options.settings.length} modems`;
  if (own || options.settings.length > 1) print(`${what}, about ${minutes} min`);
  for await (const each of bench(options)) {
    const [first] = each.rows;
    cold = { ...cold, ...each.cold };
    if (first) print(`\nAT ${first.firmware}, ${first.receive}, ${first.baud} baud`);
    for (const line of [...tableOf(each.rows), ...each.failures]) print(line);
    failures.push(...each.failures);
    rows.push(...each.rows);
  }
  const coldLines = alignColumns(coldCellsOf(cold));
  if (coldLines.length > 0) print('\nThe echo, when the programs were new');
  for (const line of coldLines) print(line);
  if (given.markdown) await writeTables({ ...figureTables(rows), ...coldTables(cold) });
  return { rows, cold, failures };
}

async function measureModems(
  { modems = 1, seconds = 10, seed, firmware = '1.7.4', receive = 'adaptive', baud = 115_200, markdown }: Given,
  print: (line: string) => void,
): Promise<{ readonly many: readonly ManyFigure[] }> {
  const many: ManyFigure[] = [];
  print(
    `\nAT ${firmware}, ${receive}, ${baud} baud, ${linksOfModem} links of each modem, chunks of ${chunkInterval} ms`,
  );
  for await (const figure of benchMany({ setting: { firmware, receive, baud }, modems, seconds, seed }))
    many.push(figure);
  for (const line of manyTableOf(many)) print(line);
  if (markdown) await writeTables(manyTables(many));
  return { many };
}

async function measureWatched(
  { seconds = 2, runs, seed, firmware = '1.7.4', receive = 'adaptive', baud = 921_600, markdown }: Given,
  print: (line: string) => void,
): Promise<{ readonly watched: readonly WatchedFigure[] }> {
  const watched: WatchedFigure[] = [];
  print(`\nAT ${firmware}, ${receive}, ${baud} baud, ${runs} pairs`);
  for await (const figure of benchWatched({ setting: { firmware, receive, baud }, seconds, pairs: runs, seed })) {
    watched.push(figure);
  }
  for (const line of watchedTableOf(watched)) print(line);
  if (markdown) await writeTables(watchedTables(watched));
  return { watched };
}

function parseBaud(text: string): number {
  const baud = parseWholeNumber(text);
  if (baud < 9600 || baud > 4_608_000) throw new InvalidArgumentError('It must be from 9600 to 4608000.');
  return baud;
}

function parseHost(text: string): LocalAddress {
  const [, host = '', port = '0'] = /^([\d.]+)(?::(\d+))?$/.exec(text) ?? [];
  if (!isIPv4(host)) throw new InvalidArgumentError('Try 192.168.1.20, or 192.168.1.20:5000.');
  return { host, port: parsePort(port) };
}

function parseRuns(text: string): number {
  const runs = parseWholeNumber(text);
  if (runs < 1 || runs > 99) throw new InvalidArgumentError('It must be from 1 to 99.');
  return runs;
}

function parseWarmUp(text: string): number {
  const rounds = parseWholeNumber(text);
  if (rounds < 1 || rounds > 10_000) throw new InvalidArgumentError('It must be from 1 to 10000.');
  return rounds;
}

function parseModems(text: string): number {
  const modems = parseWholeNumber(text);
  if (modems < 1 || modems > 256) throw new InvalidArgumentError('It must be from 1 to 256.');
  return modems;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.05 && seconds <= 600)) throw new InvalidArgumentError('It must be from 0.05 to 600.');
  return seconds;
}

/**
 * What is measured with these options.
 *
 * @param own The modem, if it is not a virtual one.
 * @throws Error for options that leave nothing to measure.
 */
export function optionsOf(given: Given, own?: OwnModem): BenchOptions {
  const { quick, markdown, receive, baud, only, seconds, runs, warmUp, profile, seed } = given;
  const firmware = own?.firmware ?? given.firmware;
  const speeds = quick ? [921_600] : bauds;
  const modems: readonly Setting[] = own
    ? settingsWith({ firmware: own.firmware, baud: own.baud, port: own.port })
    : settingsOf(baud === undefined ? speeds : [baud]);
  const settings = modems.filter(
    (each) =>
      (firmware === undefined || each.firmware === firmware) &&
      (receive === undefined ? isIncluded(each, quick ?? false, markdown ?? false) : each.receive === receive),
  );
  if (settings.length === 0)
    throw new Error(`AT ${firmware ?? ''} cannot hold back what it receives; leave out --receive`);
  return {
    settings,
    figures: only === undefined ? figureNames : [only],
    seconds: seconds ?? (quick ? 0.25 : markdown ? 1 : 2),
    runs,
    // A round of a real network may take as long as ten of a virtual one.
    warmUp: warmUp ?? (quick || own ? 100 : 300),
    profile,
    seed,
    own,
  };
}

/** The documents show what a program gets, and passive receive, which is slower. */
function isIncluded(setting: Setting, quick: boolean, markdown: boolean): boolean {
  if (!canPull(setting) || (!quick && !markdown)) return true;
  const { receive } = setting;
  return receive === 'adaptive' || (markdown && receive === 'pulled');
}

/** What the figures depend on. */
function circumstances(given: Given): object {
  const machine = { node: process.version, platform: process.platform, processor: cpus()[0]?.model };
  return { measuredAt: new Date().toISOString(), machine, options: given };
}

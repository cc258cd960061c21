import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { firmwareVersions } from '../../src/emulator';
import type { Cold } from './bench';
import { coldCellsOf } from './coldTable';
import type { FigureName, Receive } from './figures';
import type { ManyFigure } from './many/manyFigures';
import { manyRowsOf, manyTitles } from './many/manyTable';
import type { Row } from './results';
import { boundText, processorText, reached } from './table';
import type { WatchedFigure } from './watched/watched';
import { watchedRowsOf, watchedTitles } from './watched/watchedTable';

const root = join(__dirname, '../..');

/** What the README shows: these figures, with the receive mode that a program gets. */
const summarised: readonly FigureName[] = ['download', 'upload', 'echo'];
const usual: readonly Receive[] = ['adaptive', 'pushed'];

/**
 * Writes the tables of the bench into the documents, between `<!-- bench: name -->` and `<!-- /bench -->`. Where a document
 * has no such place, it stays as it is.
 */
export async function writeTables(tables: Readonly<Record<string, string>>): Promise<void> {
  for (const file of ['README.md', 'docs/performance.md'].map((name) => join(root, name))) {
    const before = await readFile(file, 'utf8');
    const after = before.replace(
      /(<!-- bench: (?<name>\w+) -->\n)[^]*?(?=<!-- \/bench -->)/g,
      (whole, opening: string, name: string) => (name in tables ? `${opening}\n${tables[name]}\n\n` : whole),
    );
    await writeFile(file, after);
    await promisify(execFile)(process.execPath, [
      join(root, 'node_modules/prettier/bin/prettier.cjs'),
      '--write',
      file,
    ]);
  }
}

/** The tables of the figures: all of them, and the most important ones beside their bounds. */
export function figureTables(rows: readonly Row[]): Readonly<Record<string, string>> {
  const bauds = [...new Set(rows.map(({ baud }) => baud))];
  return {
    figures: bauds.map((baud) => figuresAt(baud, rows)).join('\n\n'),
    summary: summaryOf(bauds, rows),
    processor: processorOf(bauds, rows),
  };
}

/** The table of the first rounds of new processes. */
export function coldTables(cold: Cold): Readonly<Record<string, string>> {
  const cells = coldCellsOf(cold);
  return cells.length > 0 ? { cold: tableOf(cells) } : {};
}

/** The table of many modems in one process. */
export function manyTables(figures: readonly ManyFigure[]): Readonly<Record<string, string>> {
  return { many: tableOf([manyTitles, ...manyRowsOf(figures)]) };
}

/** The table of what it costs to be watched. */
export function watchedTables(figures: readonly WatchedFigure[]): Readonly<Record<string, string>> {
  return { watched: tableOf([watchedTitles, ...watchedRowsOf(figures)]) };
}

function figuresAt(baud: number, rows: readonly Row[]): string {
  const titles = ['modem', 'figure', 'rx-usocket', 'bound', 'bare loop', 'segments', 'bare port', 'processor, ms'];
  const cells = rows
    .filter((row) => row.baud === baud)
    .map((row) => [
      `${nameOf(row.firmware)}, ${row.receive}`,
      `\`${row.figure}\``,
      reached(row.results.driver),
      boundText(row.bound),
      reached(row.results.bareLoop),
      row.results.bareSegments ? reached(row.results.bareSegments) : '',
      reached(row.results.barePort),
      processorText(row),
    ]);
  return `At ${baud} baud:\n\n${tableOf([titles, ...cells])}`;
}

function summaryOf(bauds: readonly number[], rows: readonly Row[]): string {
  const cell = (baud: number, figure: FigureName, firmware: string): string => {
    const row = rows.find(
      (each) =>
        each.baud === baud && each.figure === figure && each.firmware === firmware && usual.includes(each.receive),
    );
    return row ? summaryText(row) : '';
  };
  const lines = summarised.flatMap((figure) =>
    bauds.map((baud) => [
      `${figure}, ${baud} baud`,
      ...firmwareVersions.map((firmware) => cell(baud, figure, firmware)),
    ]),
  );
  return tableOf([['', ...firmwareVersions.map(nameOf)], ...lines]);
}

/** What the driver reaches, beside the faster one of the bare loops and the bound. */
function summaryText({ bound, results: { driver, bareLoop, bareSegments = bareLoop } }: Row): string {
  const loops = [bareLoop, bareSegments];
  const beside = boundText(bound).replace(/ .*/, '');
  if (driver.latency) {
    const loop = Math.min(...loops.map(({ latency }) => latency?.median ?? NaN));
    return `${driver.latency.median.toFixed(1)} ms (bare loop ${loop.toFixed(1)}, bound ${beside})`;
  }
  const loop = Math.max(...loops.map(({ ofLine = NaN }) => 100 * ofLine));
  return `${reached(driver)} (bare loop ${loop.toFixed(1)}, bound ${beside})`;
}

/** The processor time of downloads, divided by that of the bare programs: the least and the most of all modems. */
function processorOf(bauds: readonly number[], rows: readonly Row[]): string {
  const cell = (baud: number, figure: FigureName, other: keyof Row['ratios']): string => {
    const ratios = rows
      .filter((row) => row.baud === baud && row.figure === figure)
      .map((row) => row.ratios[other].processor);
    return ratios.length > 0 ? `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}` : '';
  };
  const lines = bauds.map((baud) => [
    String(baud),
    cell(baud, 'download', 'toPort'),
    cell(baud, 'two-sockets', 'toPort'),
    cell(baud, 'download', 'toLoop'),
    cell(baud, 'two-sockets', 'toLoop'),
  ]);
  const titles = [
    '`download` / bare port',
    '`two-sockets` / bare port',
    '`download` / bare loop',
    '`two-sockets` / bare loop',
  ];
  return tableOf([['baud', ...titles], ...lines]);
}

const nameOf = (firmware: string): string => `${firmware.startsWith('1') ? 'AT' : 'ESP-AT'} ${firmware}`;

function tableOf([titles = [], ...lines]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...lines.map(line)].join('\n');
}

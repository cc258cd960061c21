import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { firmwareVersions } from '../../src/emulator';
import type { FigureName, Receive } from './figures';
import type { ManyFigure } from './many/manyFigures';
import { manyRowsOf, manyTitles } from './many/manyTable';
import type { Row } from './results';
import { boundText, reached } from './table';
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
  return { figures: bauds.map((baud) => figuresAt(baud, rows)).join('\n\n'), summary: summaryOf(bauds, rows) };
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
  const titles = ['modem', 'figure', 'rx-usocket', 'bound', 'bare loop', 'segments', 'bare port', 'processor'];
  const cells = rows
    .filter((row) => row.baud === baud)
    .map(({ firmware, receive, figure, bound, results, ratios }) => [
      `${nameOf(firmware)}, ${receive}`,
      `\`${figure}\``,
      reached(results.driver),
      boundText(bound),
      reached(results.bareLoop),
      results.bareSegments ? reached(results.bareSegments) : '',
      reached(results.barePort),
      `${ratios.toLoop.processor.toFixed(1)} / ${ratios.toPort.processor.toFixed(1)}`,
    ]);
  return `At ${baud} baud:\n\n${tableOf([titles, ...cells])}`;
}

function summaryOf(bauds: readonly number[], rows: readonly Row[]): string {
  const cell = (baud: number, figure: FigureName, firmware: string): string => {
    const row = rows.find(
      (each) =>
        each.baud === baud && each.figure === figure && each.firmware === firmware && usual.includes(each.receive),
    );
    if (!row) return '';
    const { latency } = row.results.driver;
    return `${latency ? `${latency.median.toFixed(1)} ms` : reached(row.results.driver)} (${boundText(row.bound)})`;
  };
  const lines = summarised.flatMap((figure) =>
    bauds.map((baud) => [
      `${figure}, ${baud} baud`,
      ...firmwareVersions.map((firmware) => cell(baud, figure, firmware)),
    ]),
  );
  return tableOf([['', ...firmwareVersions.map(nameOf)], ...lines]);
}

const nameOf = (firmware: string): string => `${firmware.startsWith('1') ? 'AT' : 'ESP-AT'} ${firmware}`;

function tableOf([titles = [], ...lines]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...lines.map(line)].join('\n');
}

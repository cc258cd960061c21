import type { Bound } from './bound';
import { lineBytes } from './figures';
import type { Result, Row } from './results';

const titles = [
  'figure',
  'rx-usocket',
  'bound',
  'bare loop',
  'segments',
  'bare port',
  'speed',
  'processor, ms',
  'processor',
];

/** A table of the rows of one modem, a line for each figure. Two or three values in a cell have the order of the programs. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  return alignColumns([titles, ...rows.map(cellsOf)]);
}

/** Makes lines of the cells, with columns that are as wide as their widest cell. */
export function alignColumns(cells: readonly (readonly string[])[]): readonly string[] {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(row: Row): string[] {
  const {
    figure,
    bound,
    results: { driver, bareLoop, bareSegments, barePort },
    ratios: { toLoop, toPort },
  } = row;
  return [
    figure,
    reached(driver),
    boundText(bound),
    reached(bareLoop),
    bareSegments ? reached(bareSegments) : '',
    reached(barePort),
    `${numberText(toLoop.speed, 2)} / ${numberText(toPort.speed, 2)}`,
    processorText(row),
    `${numberText(toLoop.processor, 1)} / ${numberText(toPort.processor, 1)}`,
  ];
}

/** What stands for a number that there is not, because a program has failed. */
const gap = '–';

function numberText(number: number, digits: number): string {
  return Number.isNaN(number) ? gap : number.toFixed(digits);
}

/** For a person: what a program has reached. */
export function reached({ seconds, latency, ofLine = NaN }: Result): string {
  if (Number.isNaN(seconds)) return gap;
  if (latency) return `${latency.median.toFixed(1)}, ${latency.p95.toFixed(1)} ms`;
  return `${(ofLine * 100).toFixed(1)} %`;
}

/** For a person: what a bound is. Nothing where there is none. */
export function boundText({ latency, ofLine }: Bound): string {
  if (latency !== undefined) return `${latency.toFixed(1)} ms`;
  return ofLine === undefined ? '' : `${(ofLine * 100).toFixed(1)} %`;
}

/**
 * For a person: the processor time of the driver, the bare loop and the bare port, in milliseconds. For an echo that of each
 * round, otherwise that of as many bytes as the line carries in a second.
 */
export function processorText({ baud, bytes, rounds, results: { driver, bareLoop, barePort } }: Row): string {
  const share = rounds > 0 ? rounds : bytes / lineBytes(baud, 1);
  const each = [driver, bareLoop, barePort].map(({ processor }) => (1000 * processor) / share);
  return each.map((milliseconds) => numberText(milliseconds, milliseconds < 10 ? 1 : 0)).join(' / ');
}

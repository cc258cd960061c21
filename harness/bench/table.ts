import type { Bound } from './bound';
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

function cellsOf({ figure, bound, results, ratios: { toLoop, toPort } }: Row): string[] {
  const { driver, bareLoop, bareSegments, barePort } = results;
  const processors = [driver, bareLoop, barePort].map(({ processor }) => (processor * 1000).toFixed(0));
  return [
    figure,
    reached(driver),
    boundText(bound),
    reached(bareLoop),
    bareSegments ? reached(bareSegments) : '',
    reached(barePort),
    `${toLoop.speed.toFixed(2)} / ${toPort.speed.toFixed(2)}`,
    processors.join(' / '),
    `${toLoop.processor.toFixed(1)} / ${toPort.processor.toFixed(1)}`,
  ];
}

/** For a person: what a program has reached. */
export function reached({ latency, ofLine = NaN }: Result): string {
  if (latency) return `${latency.median.toFixed(1)}, ${latency.p95.toFixed(1)} ms`;
  return `${(ofLine * 100).toFixed(1)} %`;
}

/** For a person: what a bound is. */
export function boundText({ latency, ofLine = NaN }: Bound): string {
  return latency === undefined ? `${(ofLine * 100).toFixed(1)} %` : `${latency.toFixed(1)} ms`;
}

import { alignColumns } from '../table';
import type { ManyFigure } from './manyFigures';

/** The titles of the columns. */
export const manyTitles = [
  'modems',
  'processor per modem: idle',
  'receiving',
  'of line',
  'slowest / fastest link',
  'loop late: p99',
  'max',
  'heap',
  'each further modem',
  'buffers',
];

/** A table with a line for each number of modems. */
export function manyTableOf(figures: readonly ManyFigure[]): readonly string[] {
  return alignColumns([manyTitles, ...manyRowsOf(figures)]);
}

/** The lines of a table, in the order of the titles. */
export function manyRowsOf(figures: readonly ManyFigure[]): readonly (readonly string[])[] {
  return figures.map((figure, index) => cellsOf(figure, figures[index - 1]));
}

/** @param fewer The line before, with fewer modems. */
function cellsOf({ modems, idle, busy }: ManyFigure, fewer: ManyFigure | undefined): readonly string[] {
  const ofSecond = (part: number): string => `${(1000 * part).toFixed(2)} ms/s`;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const kilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(0)} kB`;
  return [
    String(modems),
    ofSecond(idle.processorPerModem),
    ofSecond(busy.processorPerModem),
    `${(100 * busy.ofLine).toFixed(1)} %`,
    `${busy.slowest.toFixed(0)} / ${busy.fastest.toFixed(0)} B/s`,
    `${busy.delay.p99.toFixed(0)} ms`,
    `${busy.delay.max.toFixed(0)} ms`,
    megabytes(busy.memory.heap),
    fewer === undefined ? '–' : kilobytes((objectsOf(busy) - objectsOf(fewer.busy)) / (modems - fewer.modems)),
    megabytes(busy.memory.buffers),
  ];
}

/** Without code, because with few modems some of it may still be compiled while they are measured. */
function objectsOf({ memory: { heap, code } }: ManyFigure['busy']): number {
  return heap - code;
}

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
  'per modem',
  'resident',
];

/** A table with a line for each number of modems. */
export function manyTableOf(figures: readonly ManyFigure[]): readonly string[] {
  return alignColumns([manyTitles, ...figures.map(manyCellsOf)]);
}

/** What a table shows of one number of modems. */
export function manyCellsOf({ modems, idle, busy, heapPerModem }: ManyFigure): string[] {
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
    kilobytes(heapPerModem),
    megabytes(busy.memory.resident),
  ];
}

import { alignColumns } from '../table';
import type { Way, WatchedFigure } from './watched';

/** The titles of the columns. */
export const watchedTitles = ['watched', 'figure', 'speed', 'processor', 'watching takes'];

const words: Readonly<Record<Way, string>> = {
  observed: '`observe`, with the bytes',
  served: '`watch`, no page attached',
  attached: '`watch`, a page with the bytes',
};

/** A table with a line for each way and figure. */
export function watchedTableOf(figures: readonly WatchedFigure[]): readonly string[] {
  return alignColumns([watchedTitles, ...watchedRowsOf(figures)]);
}

/** The lines of a table, in the order of the titles. */
export function watchedRowsOf(figures: readonly WatchedFigure[]): readonly (readonly string[])[] {
  return figures.map(({ way, figure, rate, processor, extra }) => [
    words[way],
    figure,
    `${(100 * rate).toFixed(1)} %`,
    `${(100 * processor).toFixed(0)} %`,
    `${extra.toFixed(1)} ms/s`,
  ]);
}

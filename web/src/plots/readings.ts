import type { PlotDefinition } from './plotDefinitions';
import type { Slice } from './series/history';
import type { ColourName } from '../theme/theme';

/** What a curve has at one time, as a text. */
interface Reading {
  readonly label: string;
  readonly colour: ColourName;
  readonly value: string;
}

/** What a plot shows, as text. */
export interface PlotText {
  readonly readings: readonly Reading[];
  /** The whole plot in a sentence for each curve. */
  readonly summary: string;
}

/**
 * Describes a plot.
 *
 * @param time The time of the readings. Left out, they are the latest ones.
 */
export function plotText(
  { title, unit, curves, format: usual }: PlotDefinition,
  slice: Slice,
  time?: number,
): PlotText {
  const at = time === undefined ? undefined : indexOf(slice.times, time);
  const readings: Reading[] = [];
  const sentences: string[] = [];
  for (const { column, label, colour, format = usual, look, mark } of curves) {
    const values = slice.values(column);
    const known = values.filter((value) => value !== null);
    const latest = known.at(-1);
    const shown =
      at === undefined
        ? look === 'line'
          ? recent(known, slice.step)
          : look === 'points'
            ? latest
            : values.at(-1)
        : values[at];
    // Of several that are alike, those at zero would take the room of the others.
    const isAside = mark !== undefined && shown === 0;
    if (shown !== undefined && shown !== null && !isAside) readings.push({ label, colour, value: format(shown) });
    if (latest !== undefined) sentences.push(`${label}: ${extremes(known, latest, format)}`);
  }
  const summary = sentences.length > 0 ? `${sentences.join('. ')}.` : 'nothing yet.';
  return { readings, summary: `${title}, ${unit}, in the time that is shown. ${summary}` };
}

function extremes(known: readonly number[], latest: number, format: (value: number) => string): string {
  let least = latest;
  let greatest = latest;
  for (const value of known) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return `latest ${format(latest)}, least ${format(least)}, greatest ${format(greatest)}`;
}

/** The bucket that contains a time. */
function indexOf([first = 0, second = first + 1]: readonly number[], time: number): number {
  return Math.round((time - first) / (second - first));
}

/** The mean of the last second, because a rate changes too fast to be read. */
function recent(known: readonly number[], step: number): number | undefined {
  const last = known.slice(-Math.max(1, Math.round(1000 / step)));
  return last.length > 0 ? last.reduce((sum, value) => sum + value, 0) / last.length : undefined;
}

import { roundTop } from './formats';
import type { Curve, PlotDefinition } from './plotDefinitions';

/** The values at the bottom and the top of a plot. */
export type Scale = readonly [bottom: number, top: number];

type Values = readonly (number | null)[];

/** A limit sets the top of a plot once something has come to this part of it. Before, the plot would be empty. */
const nearLimit = 0.05;

/** The scale on which the values of a plot are shown. `values` are those of each curve. */
export function scaleOf({ curves, bottom, top, isLogarithmic }: PlotDefinition, values: readonly Values[]): Scale {
  const largest = largestOf(curves, values, ({ look, format }) => look !== 'limit' && !format);
  if (isLogarithmic) return [bottom, Math.max(top, 10 ** Math.ceil(Math.log10(largest)))];
  if (bottom < 0) return [Math.min(bottom, ...values.flat().map((value) => value ?? 0)), top];
  const limit = largestOf(curves, values, ({ look }) => look === 'limit');
  if (limit > 0 && largest > limit * nearLimit) return [0, Math.max(limit, largest) * 1.08];
  return [0, roundTop(Math.max(top, largest))];
}

/** The scale of the curves that have one of their own. */
export function ownScaleOf({ curves }: PlotDefinition, values: readonly Values[]): Scale {
  return [
    0,
    roundTop(
      Math.max(
        4,
        largestOf(curves, values, ({ format }) => format !== undefined),
      ),
    ),
  ];
}

function largestOf(curves: readonly Curve[], values: readonly Values[], isMeant: (curve: Curve) => boolean): number {
  let largest = 0;
  curves.forEach((curve, index) => {
    if (isMeant(curve)) for (const value of values[index] ?? []) largest = Math.max(largest, value ?? 0);
  });
  return largest;
}

/** The horizontal lines of a plot: its ends and its middle, or the powers of ten. */
export function linesOf([bottom, top]: Scale, isLogarithmic = false): number[] {
  if (!isLogarithmic) return [bottom, (bottom + top) / 2, top];
  const powers = Math.round(Math.log10(top / bottom));
  return Array.from({ length: powers + 1 }, (_, power) => bottom * 10 ** power);
}

import uPlot from 'uplot';

import { ticks } from '../lanes/painting/ruler';
import { colour } from '../theme/theme';
import type { Curve } from './plotDefinitions';

/** How the curves of a plot look. The first series are the times. */
export function seriesOf(curves: readonly Curve[]): uPlot.Series[] {
  return [{}, ...curves.map(seriesOfCurve)];
}

function seriesOfCurve({ colour: name, look, format }: Curve): uPlot.Series {
  const stroke = () => colour(name);
  const base: uPlot.Series = { stroke, width: 1.25, scale: format ? 'own' : 'y', points: { show: false } };
  const steps = uPlot.paths.stepped?.({ align: 1 });
  if (look === 'points') return { ...base, paths: () => null, points: { show: true, size: 4, fill: stroke, width: 0 } };
  if (look === 'limit') return { ...base, width: 1, dash: [4, 3], ...(steps && { paths: steps }) };
  return look === 'steps' && steps ? { ...base, paths: steps } : base;
}

/**
 * Both axes take no room. Only their lines are drawn, at the times of the lanes' ruler.
 *
 * @param lines Tells where the horizontal lines are now.
 */
export function axesOf(lines: () => number[]): uPlot.Axis[] {
  const grid: uPlot.Axis.Grid = { stroke: () => colour('edge'), width: 1 };
  const bare: uPlot.Axis = { size: 0, gap: 0, grid, ticks: { show: false }, values: () => [] };
  return [
    { ...bare, splits: ({ width }, _axis, from, to) => ticks({ from, to }, width).map(({ time }) => time) },
    { ...bare, splits: lines },
  ];
}

import uPlot from 'uplot';

import type { VisibleRange } from '../session/viewport';
import { colour } from '../theme/theme';
import { axesOf, seriesOf } from './chartLook';
import type { PlotDefinition } from './plotDefinitions';
import { linesOf, ownScaleOf, type Scale, scaleOf } from './scale';
import type { Slice } from './series/history';

/** Draws a plot on a canvas. Its scale is written into the plot, so that the times have the same places as in the lanes. */
export class Chart {
  private range: Scale = [0, 1];
  private scale: Scale = [1, 10];
  private ownScale: Scale = [0, 1];
  private readonly plot: uPlot;

  /** @param pointed Told of the time under the cursor, or that the cursor has left. */
  constructor(
    private readonly definition: PlotDefinition,
    private readonly element: HTMLElement,
    pointed: (time: number | undefined) => void,
  ) {
    const { curves } = definition;
    const options: uPlot.Options = {
      width: Math.max(1, element.clientWidth),
      height: Math.max(1, element.clientHeight),
      padding: [2, 0, 1, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { show: false },
      },
      scales: {
        x: { time: false, range: () => [...this.range] },
        y: { range: () => [this.place(this.scale[0]), this.place(this.scale[1])] },
        own: { range: () => [...this.ownScale] },
      },
      axes: axesOf(() => this.lines.map((value) => this.place(value))),
      series: seriesOf(curves),
      hooks: {
        setCursor: [
          (plot) => {
            const { left = -1 } = plot.cursor;
            pointed(left < 0 ? undefined : plot.posToVal(left, 'x'));
          },
        ],
        draw: [(plot) => this.writeScale(plot), (plot) => this.writeMarks(plot)],
      },
    };
    this.plot = new uPlot(options, [[], ...curves.map(() => [])], element);
  }

  draw(slice: Slice, { from, to }: VisibleRange): void {
    const { curves } = this.definition;
    const drawn = curves.map(({ column }) => slice.values(column));
    this.range = [from, to];
    this.scale = scaleOf(this.definition, drawn);
    this.ownScale = ownScaleOf(this.definition, drawn);
    const placed = drawn.map((values) => values.map((value) => (value === null ? null : this.place(value))));
    this.plot.setData([[...slice.times], ...placed]);
  }

  /** Marks a time. */
  point(time: number | undefined): void {
    const left = time === undefined ? -10 : this.plot.valToPos(time, 'x');
    this.plot.setCursor({ left, top: left < 0 ? -10 : 1 }, false);
  }

  /** Takes the size that its place has now. */
  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width > 0 && height > 0) this.plot.setSize({ width, height });
  }

  destroy(): void {
    this.plot.destroy();
  }

  private get lines(): number[] {
    return linesOf(this.scale, this.definition.isLogarithmic);
  }

  /** Where a value is on the axis: for a logarithmic plot, at its logarithm. */
  private place(value: number): number {
    const { bottom, isLogarithmic } = this.definition;
    return isLogarithmic ? Math.log10(Math.max(bottom, value)) : value;
  }

  /** The values of the horizontal lines are written below these, inside the plot. */
  private writeScale(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const pixel = uPlot.pxRatio;
    write(ctx, 10, 'left', 'top');
    let lowest = Infinity;
    for (const value of this.lines.slice(1)) {
      const text = this.definition.format(value);
      const top = plot.valToPos(this.place(value), 'y', true) + pixel;
      // A label that would cover the one below it is left out.
      if (top + 12 * pixel > lowest) continue;
      lowest = top;
      ctx.fillStyle = colour('surface');
      ctx.fillRect(bbox.left, top, ctx.measureText(text).width + 6 * pixel, 11 * pixel);
      ctx.fillStyle = colour('muted');
      ctx.fillText(text, bbox.left + 3 * pixel, top + pixel);
    }
    ctx.restore();
  }

  /** The number of a curve is written where it ends, unless that is at zero, where several would cover each other. */
  private writeMarks(plot: uPlot): void {
    const { ctx, data } = plot;
    const last = data[0].length - 1;
    const time = data[0][last];
    if (time === undefined) return;
    write(ctx, 11, 'right', 'bottom');
    this.definition.curves.forEach(({ mark, colour: name }, index) => {
      const value = data[index + 1]?.[last];
      if (mark === undefined || typeof value !== 'number' || value === 0) return;
      ctx.fillStyle = colour(name);
      ctx.fillText(mark, plot.valToPos(time, 'x', true) - 2 * uPlot.pxRatio, plot.valToPos(value, 'y', true));
    });
    ctx.restore();
  }
}

/** Prepares to write, until the context is restored. */
function write(
  context: CanvasRenderingContext2D,
  size: number,
  align: CanvasTextAlign,
  base: CanvasTextBaseline,
): void {
  context.save();
  context.font = `${size * uPlot.pxRatio}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = base;
}

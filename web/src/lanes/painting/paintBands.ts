import { placeAt, visitBuckets } from '../../marbles/buckets';
import type { Bands } from '../../marbles/bands';
import { marbleKinds } from '../../marbles/marbleKinds';
import type { Row } from './laneRows';
import { scaleOf, type Scene, xOf } from './scene';
import { Crosses } from './shapes';

type Pen = CanvasRenderingContext2D;

/** Bands of fewer pixels are not told apart. */
const narrow = 4;
/** An opening is drawn with dashes if it has more pixels. */
const dashedFrom = 20;
/** How many marbles before the range are looked at for a span that reaches into it. */
const lookBack = 64;

/** Draws what lasts: the life of a link with its stalls, and from a command or a call to its end. */
export function paintBands(pen: Pen, scene: Scene, row: Row, y: number): void {
  const { subject } = row.lane;
  if (subject.kind === 'link') paintLink(pen, scene, row, y, subject.number);
  else if (subject.kind === 'commands' || subject.kind === 'socket') paintSpans(pen, scene, row, y);
}

function paintLink(pen: Pen, scene: Scene, row: Row, y: number, number: number): void {
  const { palette, marbles } = scene;
  const story = marbles.links[number];
  if (!story) return;
  const height = row.isFolded ? 6 : row.height - 10;
  const top = y + (row.height - height) / 2;
  const crosses = new Crosses(pen, palette.error);
  eachBand(scene, story.openings, ({ left, width, failure }) => {
    if (failure !== undefined) crosses.add(left + width, top + height / 2);
    if (width < narrow) return;
    pen.strokeStyle = palette.link;
    pen.lineWidth = 1;
    // Dashes are slow to draw, and cannot be seen on a small one.
    if (width > dashedFrom) pen.setLineDash([3, 2]);
    pen.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    pen.setLineDash([]);
  });
  eachBand(scene, story.lives, ({ left, width, failure }) => {
    shade(pen, palette.link, 0.16, left, top, width, height);
    pen.fillRect(left, top, width, 1);
    pen.fillRect(left, top + height - 1, width, 1);
    if (failure !== undefined) crosses.add(left + width, top + height / 2);
  });
  for (const stalls of story.stalls) {
    eachBand(scene, stalls, ({ left, width }) => {
      pen.fillStyle = palette.hatch;
      pen.fillRect(left, top, width, height);
    });
  }
  crosses.draw();
}

interface PlacedBand {
  readonly left: number;
  readonly width: number;
  readonly failure: string | undefined;
}

/** Visits the bands that are visible. Of narrow ones that follow each other closely, it makes one. */
function eachBand(scene: Scene, bands: Bands, paint: (band: PlacedBand) => void): void {
  const { from, to } = scene.range;
  let run: PlacedBand | undefined;
  bands.visit(from, Math.min(to, scene.now), narrow / scaleOf(scene), (band) => {
    const left = Math.max(-2, xOf(scene, band.from));
    const right = Math.min(scene.width + 2, xOf(scene, Math.min(band.to, scene.now)));
    const placed = { left, width: Math.max(1, right - left), failure: band.failure };
    const isClose = run && placed.width < narrow && left - run.left - run.width < 2 * narrow;
    if (run && isClose) {
      run = { left: run.left, width: right - run.left, failure: run.failure ?? band.failure };
      return;
    }
    if (run) paint(run);
    run = placed;
  });
  if (run) paint(run);
}

/** Draws spans from their beginnings in the range, and those that reach into it from before. */
function paintSpans(pen: Pen, scene: Scene, row: Row, y: number): void {
  const { marbles, range } = scene;
  const { all } = row.lane;
  const time = (number: number) => marbles.time(number);
  const place = placeAt(all, time, range.from);
  for (let before = Math.max(0, place - lookBack); before < place; before++)
    paintSpan(pen, scene, row, y, all.at(before));
  // Of a bucket only the last beginning can be seen, because the spans before it end in the bucket, too.
  visitBuckets(all, time, range, narrow / scaleOf(scene), (at, count) => {
    for (let index = Math.max(0, count - 3); index < count; index++) paintSpan(pen, scene, row, y, all.at(at + index));
  });
}

function paintSpan(pen: Pen, scene: Scene, row: Row, y: number, number: number): void {
  const { marbles, palette } = scene;
  const kind = marbles.kind(number);
  if (kind !== 'command' && kind !== 'callBegins') return;
  const end = marbles.partner(number);
  if (end === undefined && kind === 'command' && !isLast(scene, row, number)) return;
  const right = Math.min(xOf(scene, end === undefined ? scene.now : marbles.time(end)), scene.width + 2);
  const left = Math.max(-2, xOf(scene, marbles.time(number)));
  if (right - left < narrow) return;
  const hasFailed = end !== undefined && marbleKinds[marbles.kind(end)].isError;
  const height = row.isFolded ? 4 : 10;
  const colour = hasFailed ? palette.error : palette[marbleKinds[kind].colour];
  shade(pen, colour, 0.22, left, y + (row.height - height) / 2, right - left, height);
}

/** A command that was never answered ends somewhere, and only the last one may still run. */
function isLast({ marbles }: Scene, { lane }: Row, number: number): boolean {
  const first = lane.all.placeOf(number) + 1;
  const last = Math.min(lane.all.length, first + lookBack);
  for (let place = first; place < last; place++) {
    if (marbles.kind(lane.all.at(place)) === 'command') return false;
  }
  return last === lane.all.length;
}

function shade(
  pen: Pen,
  colour: string,
  alpha: number,
  left: number,
  top: number,
  width: number,
  height: number,
): void {
  const before = pen.globalAlpha;
  pen.globalAlpha = before * alpha;
  pen.fillStyle = colour;
  pen.fillRect(left, top, width, height);
  pen.globalAlpha = before;
}

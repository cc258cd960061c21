import { visitBuckets } from '../../marbles/buckets';
import type { Lane } from '../../marbles/lane';
import { marbleKinds } from '../../marbles/marbleKinds';
import { shortWords } from '../../marbles/marbleWords';
import type { NumberQueue } from '../../marbles/numberQueue';
import type { Row } from './laneRows';
import { scaleOf, type Scene, xOf } from './scene';
import { Crosses, drawShape } from './shapes';

type Pen = CanvasRenderingContext2D;

/** The width of a bucket in pixels. Marbles that share one cannot be told apart. */
const grainWidth = 4;
/** So many marbles of a bucket are drawn one above the other; more become a bar. */
const mostApart = 3;
/** The width of a character of the text beside a marble, and the narrowest room that a text is put in, in pixels. */
const characterWidth = 6.7;
const narrowestText = 30;

/** A bucket that has been drawn, and whose text waits until it is known how much room there is. */
interface Waiting {
  readonly x: number;
  readonly number: number;
}

/** Draws the marbles of a row: those of the filter over the others, which are dim then. */
export function paintMarbles(pen: Pen, scene: Scene, row: Row, y: number): void {
  const { matches } = scene;
  const { lane } = row;
  if (!matches) {
    const crosses = new Crosses(pen, scene.palette.error, row.isFolded ? 3 : 5);
    paintQueue(pen, scene, row, y, lane.all, crosses);
    paintErrors(scene, row, y, crosses);
    crosses.draw();
    return;
  }
  if (!matches.filter.isHiding) {
    pen.globalAlpha = 0.16;
    paintQueue(pen, scene, { ...row, isFolded: true }, y, lane.all);
    pen.globalAlpha = 1;
  }
  paintQueue(pen, scene, row, y, matches.of(lane));
}

/** Draws the marbles of a queue. Errors that stand for themselves go to `crosses`, if there are any. */
function paintQueue(pen: Pen, scene: Scene, row: Row, y: number, queue: NumberQueue, crosses?: Crosses): void {
  const { marbles, palette } = scene;
  const middle = y + row.height / 2;
  const radius = row.isFolded ? 3 : 5;
  let waiting: Waiting | undefined;
  pen.lineWidth = 2;
  pen.font = palette.mono;
  visitBuckets(queue, timeOf(scene), widened(scene), grainWidth / scaleOf(scene), (place, count) => {
    const first = queue.at(place);
    const x = xOf(scene, marbles.time(first));
    if (waiting) paintText(pen, scene, waiting, middle, roomEnd(scene, row.lane, waiting, x - radius));
    if (count > mostApart) {
      pen.fillStyle = palette[marbleKinds[marbles.kind(first)].colour];
      const height = Math.min(row.height - 6, 4 + 2.4 * Math.log2(count));
      const left = Math.floor(x / grainWidth) * grainWidth;
      pen.fillRect(left, middle - height / 2, grainWidth - 1, height);
      waiting = undefined;
      return;
    }
    const apart = Math.min(7, (row.height - 10) / count);
    for (let at = 0; at < count; at++) {
      const number = queue.at(place + at);
      const height = middle + (at - (count - 1) / 2) * apart;
      if (crosses && marbleKinds[marbles.kind(number)].isError) crosses.put(x, height);
      else paintOne(pen, scene, number, height, radius);
    }
    waiting = row.isFolded ? undefined : { x, number: mostTelling(scene, queue, place, count) };
  });
  if (waiting) paintText(pen, scene, waiting, middle, roomEnd(scene, row.lane, waiting, scene.width));
}

/** Draws a marble at its time. */
export function paintOne(pen: Pen, scene: Scene, number: number, y: number, radius: number): void {
  const { marbles, palette } = scene;
  const look = marbleKinds[marbles.kind(number)];
  pen.fillStyle = pen.strokeStyle = palette[look.colour];
  drawShape(pen, look.shape, xOf(scene, marbles.time(number)), y, radius);
}

/** Errors must not disappear in a bar. */
function paintErrors(scene: Scene, { lane, height }: Row, y: number, crosses: Crosses): void {
  const grain = (3 * grainWidth) / scaleOf(scene);
  visitBuckets(lane.errors, timeOf(scene), widened(scene), grain, (place, count) => {
    const number = lane.errors.at(place);
    if (count > 1 || isCrowded(scene, lane, number))
      crosses.add(xOf(scene, scene.marbles.time(number)), y + height / 2);
  });
}

/** Whether other marbles of the lane are drawn in the same place. */
function isCrowded(scene: Scene, lane: Lane, number: number): boolean {
  const { marbles } = scene;
  const place = lane.all.placeOf(number);
  const time = marbles.time(number);
  const isNear = (near: number) =>
    near >= 0 &&
    near < lane.all.length &&
    Math.abs(marbles.time(lane.all.at(near)) - time) * scaleOf(scene) < grainWidth;
  return isNear(place - 1) || isNear(place + 1);
}

/** Up to where a text has room. It leaves the cross at the end of a link that has failed alone. */
function roomEnd(scene: Scene, { subject }: Lane, { number }: Waiting, end: number): number {
  if (subject.kind !== 'link') return end;
  const life = scene.marbles.links[subject.number]?.lives.endingFrom(scene.marbles.time(number));
  return life?.failure === undefined ? end : Math.min(end, xOf(scene, life.to) - 5);
}

function paintText(pen: Pen, scene: Scene, { x, number }: Waiting, middle: number, end: number): void {
  const room = end - x - 14;
  if (room < narrowestText) return;
  const text = shortWords(scene.marbles, number);
  const most = Math.floor(room / characterWidth);
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  // A text may stand on a band, whose lines would make it hard to read.
  pen.strokeStyle = scene.palette.surface;
  pen.lineWidth = 3;
  pen.strokeText(shown, x + 9, middle + 4);
  pen.fillStyle = scene.palette.text;
  pen.fillText(shown, x + 9, middle + 4);
  pen.lineWidth = 2;
}

/** The marble of a few whose text is shown: a command or an error, or the last one. */
function mostTelling({ marbles }: Scene, queue: NumberQueue, place: number, count: number): number {
  for (let at = place; at < place + count; at++) {
    const kind = marbles.kind(queue.at(at));
    if (kind === 'command' || marbleKinds[kind].isError) return queue.at(at);
  }
  return queue.at(place + count - 1);
}

const timeOf =
  ({ marbles }: Scene) =>
  (number: number) =>
    marbles.time(number);

/** A marble just outside shows in part, and its text, too. */
function widened({ range, width }: Scene): { readonly from: number; readonly to: number } {
  const margin = (8 / width) * (range.to - range.from);
  return { from: range.from - margin, to: range.to + margin };
}

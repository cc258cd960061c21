import { nearest } from '../../marbles/buckets';
import type { Lane } from '../../marbles/lane';
import type { Matches } from '../../marbles/matches';
import type { NumberQueue } from '../../marbles/numberQueue';
import { type Row, rulerHeight } from './laneRows';
import { type Scene, timeAt, xOf } from './scene';

/** How far a pointer may be from a marble, in pixels. */
const reach = 10;

/** The row at a height of the canvas. */
function rowAt({ rows, scrolled }: Pick<Scene, 'rows' | 'scrolled'>, y: number): Row | undefined {
  const below = y - rulerHeight + scrolled;
  if (y < rulerHeight) return undefined;
  return rows.find(({ top, height }) => below >= top && below < top + height);
}

/** The number of the marble at a point of the canvas. */
export function marbleAt(scene: Scene, x: number, y: number): number | undefined {
  const row = rowAt(scene, y);
  if (!row) return undefined;
  const queue = queueOf(row.lane, scene.matches);
  const time = (number: number) => scene.marbles.time(number);
  const place = nearest(queue, time, timeAt(scene, x));
  if (place === undefined || Math.abs(xOf(scene, time(queue.at(place))) - x) > reach) return undefined;
  const part = (y - rulerHeight + scene.scrolled - row.top) / row.height;
  return queue.at(atSameTime(queue, time, place, part));
}

/** The marbles of a lane that can be reached: those of the filter, if it hides the others. */
export function queueOf(lane: Lane, matches: Matches | undefined): NumberQueue {
  return matches?.filter.isHiding ? matches.of(lane) : lane.all;
}

/** Marbles of one time are drawn one above the other. */
function atSameTime(queue: NumberQueue, time: (number: number) => number, place: number, part: number): number {
  const wanted = time(queue.at(place));
  let [first, last] = [place, place];
  while (first > 0 && time(queue.at(first - 1)) === wanted && place - first < 8) first--;
  while (last + 1 < queue.length && time(queue.at(last + 1)) === wanted && last - place < 8) last++;
  return first + Math.min(last - first, Math.floor(part * (last - first + 1)));
}

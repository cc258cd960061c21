import { firstPlace, type NumberQueue } from './numberQueue';

/**
 * Visits the marbles of a time in buckets, so that drawing them costs what is visible in pixels and not what there is in marbles:
 * an empty bucket costs nothing, and any other one a few steps, however many marbles it has. The edges of the buckets do not move
 * when the range does.
 *
 * @param time The time of a marble.
 * @param grain The time of a bucket, in milliseconds.
 * @param visit Takes the place of the bucket's first marble in the queue, and how many it has.
 */
export function visitBuckets(
  queue: NumberQueue,
  time: (number: number) => number,
  range: { readonly from: number; readonly to: number },
  grain: number,
  visit: (place: number, count: number) => void,
): void {
  const { length } = queue;
  let place = placeAt(queue, time, range.from);
  while (place < length) {
    const begin = time(queue.at(place));
    if (begin > range.to) return;
    const end = (Math.floor(begin / grain) + 1) * grain;
    const next = firstPlace(length, (at) => time(queue.at(at)) >= end, place + 1);
    visit(place, next - place);
    place = next;
  }
}

/** The place of the first marble at this time or later; the length if there is none. */
export function placeAt(queue: NumberQueue, time: (number: number) => number, at: number): number {
  const { length } = queue;
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time(queue.at(middle)) >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The place of the marble whose time is nearest; `undefined` if there is no marble. */
export function nearest(queue: NumberQueue, time: (number: number) => number, at: number): number | undefined {
  const { length } = queue;
  if (length === 0) return undefined;
  const after = placeAt(queue, time, at);
  if (after === 0) return 0;
  if (after === length) return length - 1;
  return at - time(queue.at(after - 1)) <= time(queue.at(after)) - at ? after - 1 : after;
}

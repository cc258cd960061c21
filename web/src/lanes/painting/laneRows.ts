import { placeAt } from '../../marbles/buckets';
import type { Lane, LaneSubject } from '../../marbles/lane';
import type { Marbles } from '../../marbles/marbles';
import type { VisibleRange } from '../../session/viewport';

/** A lane and its place, in pixels below the ruler. */
export interface Row {
  readonly lane: Lane;
  readonly name: string;
  readonly top: number;
  readonly height: number;
  readonly isFolded: boolean;
}

/** What the user has chosen, by the keys of lanes. */
export interface LaneChoices {
  readonly hidden: ReadonlySet<string>;
  readonly folded: ReadonlySet<string>;
}

export const rulerHeight = 22;

const foldedHeight = 15;
const heights: Readonly<Record<LaneSubject['kind'], number>> = {
  toModem: 26,
  fromModem: 26,
  commands: 34,
  notices: 28,
  wifi: 26,
  link: 32,
  socket: 32,
  notes: 26,
  virtual: 26,
  missed: 22,
};

/** The rows of lanes, from above to below. Those of sockets are shown while they are used. */
export function rowsOf(marbles: Marbles, range: VisibleRange, { hidden, folded }: LaneChoices): readonly Row[] {
  const rows: Row[] = [];
  let top = 0;
  for (const lane of marbles.lanes) {
    const { key } = lane;
    if (hidden.has(key) || lane.all.length === 0) continue;
    if (lane.socket !== undefined && !isUsed(marbles, lane, range)) continue;
    const isFolded = folded.has(key);
    const height = isFolded ? foldedHeight : heights[lane.subject.kind];
    rows.push({ lane, name: nameOf(marbles, lane, range), top, height, isFolded });
    top += height;
  }
  return rows;
}

/** Whether a lane has a socket in the range that is not closed, or was used there. */
function isUsed(marbles: Marbles, { all }: Lane, { from, to }: VisibleRange): boolean {
  const place = placeAt(all, (number) => marbles.time(number), from);
  if (place < all.length && marbles.time(all.at(place)) <= to) return true;
  return place > 0 && !marbles.text(all.at(place - 1)).startsWith('close');
}

/** The name of a lane in the range. Sockets have a lane one after the other, so it is that of the last one there. */
function nameOf(marbles: Marbles, { socket, name, all }: Lane, { to }: VisibleRange): string {
  if (socket === undefined) return name;
  const last = Math.max(0, placeAt(all, (number) => marbles.time(number), to) - 1);
  return marbles.laneName(all.at(last));
}

/** The height of all rows together. */
export function heightOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** Whether the labels of two sets of rows would be the same. */
export function areSameRows(some: readonly Row[], others: readonly Row[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ lane, name, top, isFolded }, index) => {
      const other = others[index];
      return lane === other?.lane && name === other.name && top === other.top && isFolded === other.isFolded;
    })
  );
}

import { keyOf, Lane, type LaneSubject } from './lane';

/** The lanes that have had marbles, from above to below. There are a few dozen at most. */
export class LaneTable {
  private readonly byKey = new Map<string, Lane>();
  private readonly byId: Lane[] = [];
  private sorted: readonly Lane[] = [];

  get all(): readonly Lane[] {
    return this.sorted;
  }

  /** The lane with this number in the columns. */
  at(id: number): Lane | undefined {
    return this.byId[id];
  }

  /** The lane of a subject, which is made if there is none. */
  of(subject: LaneSubject): Lane {
    const key = keyOf(subject);
    const known = this.byKey.get(key);
    if (known) return known;
    const lane = new Lane(this.byId.length, subject);
    this.byId.push(lane);
    this.byKey.set(key, lane);
    this.sorted = [...this.byId].sort((one, other) => one.compare(other));
    return lane;
  }
}

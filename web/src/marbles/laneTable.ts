import { keyOf, Lane, type LaneSubject } from './lane';

/** The lanes that have marbles, from above to below. */
export class LaneTable {
  private readonly byKey = new Map<string, Lane>();
  private readonly byId: (Lane | undefined)[] = [];
  private readonly free: number[] = [];
  private sorted: readonly Lane[] | undefined;

  get all(): readonly Lane[] {
    return (this.sorted ??= [...this.byKey.values()].sort((one, other) => one.compare(other)));
  }

  /** The lane with this number in the columns. */
  at(id: number): Lane | undefined {
    return this.byId[id];
  }

  /** The lane of a subject, which is made if there is none. */
  of(subject: LaneSubject, time: number): Lane {
    const key = keyOf(subject);
    const known = this.byKey.get(key);
    if (known) return known;
    const id = this.free.pop() ?? this.byId.length;
    const lane = new Lane(id, subject);
    lane.begin = time;
    this.byId[id] = lane;
    this.byKey.set(key, lane);
    this.sorted = undefined;
    return lane;
  }

  /** Drops the oldest marble of a lane, and the lane of a socket with its last one. */
  dropBelow(number: number, id: number): void {
    const lane = this.byId[id];
    if (!lane) return;
    lane.all.dropBelow(number);
    lane.errors.dropBelow(number);
    if (lane.all.length > 0 || lane.subject.kind !== 'socket') return;
    this.byId[id] = undefined;
    this.byKey.delete(lane.key);
    this.free.push(id);
    this.sorted = undefined;
  }
}

import { type Filter, isEmpty, textTest } from './filter';
import type { Lane } from './lane';
import { marbleKinds } from './marbleKinds';
import type { Marbles } from './marbles';
import { NumberQueue } from './numberQueue';

/** The marbles that pass a filter. They are found a piece at a time, because a million texts take longer than a frame. */
export class Matches {
  /** In the order of their times. */
  readonly all = new NumberQueue();

  private readonly byLane = new Map<Lane, NumberQueue>();
  private readonly test: (text: string) => boolean;
  /** The texts that were tested, by their places in the table, and what came of it. */
  private readonly tested: (string | undefined)[] = [];
  private readonly passed: boolean[] = [];
  private next = 0;

  constructor(
    private readonly marbles: Marbles,
    readonly filter: Filter,
  ) {
    this.test = textTest(filter.text);
  }

  /** Whether all marbles have been looked at. */
  get isComplete(): boolean {
    return this.next >= this.marbles.end;
  }

  /** Looks at some more marbles. */
  advance(count: number): void {
    const { marbles } = this;
    this.forget();
    this.next = Math.max(this.next, marbles.first);
    const end = Math.min(marbles.end, this.next + count);
    for (; this.next < end; this.next++) {
      if (this.passes(this.next)) this.add(this.next);
    }
  }

  of(lane: Lane): NumberQueue {
    let queue = this.byLane.get(lane);
    if (!queue) this.byLane.set(lane, (queue = new NumberQueue()));
    return queue;
  }

  /** The number of the next match behind a marble, or of the one before it. At the end, it begins again. */
  step(from: number | undefined, direction: 1 | -1): number | undefined {
    const { all } = this;
    if (all.length === 0) return undefined;
    const place = from === undefined ? 0 : all.placeOf(from + (direction > 0 ? 1 : 0));
    const wanted = direction > 0 && from === undefined ? 0 : direction > 0 ? place : place - 1;
    return all.at((wanted + all.length) % all.length);
  }

  private passes(number: number): boolean {
    const { marbles, filter } = this;
    const look = marbleKinds[marbles.kind(number)];
    if (filter.isErrorsOnly && !look.isError) return false;
    if (filter.groups && !filter.groups.has(look.group)) return false;
    if (filter.links && !filter.links.has(marbles.link(number))) return false;
    return filter.text === '' || this.passesText(marbles.textPlace(number), number);
  }

  private passesText(place: number, number: number): boolean {
    const text = this.marbles.text(number);
    if (this.tested[place] === text) return this.passed[place] ?? false;
    const isPassed = this.test(text);
    this.tested[place] = text;
    this.passed[place] = isPassed;
    return isPassed;
  }

  private add(number: number): void {
    const lane = this.marbles.lane(number);
    if (!lane) return;
    this.all.push(number);
    this.of(lane).push(number);
  }

  private forget(): void {
    this.all.dropBelow(this.marbles.first);
    for (const queue of this.byLane.values()) queue.dropBelow(this.marbles.first);
  }
}

/** Makes the matches of a filter; `undefined` if all marbles pass. */
export function matchesOf(marbles: Marbles, filter: Filter): Matches | undefined {
  return isEmpty(filter) ? undefined : new Matches(marbles, filter);
}

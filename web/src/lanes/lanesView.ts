import { BehaviorSubject, distinctUntilChanged, merge, type Observable, Subject } from 'rxjs';

import { type Filter, noFilter } from '../marbles/filter';
import { type Matches, matchesOf } from '../marbles/matches';
import type { Session } from '../session/session';
import { marbleAt, queueOf } from './painting/hitTest';
import { areSameRows, type LaneChoices, type Row, rowsOf } from './painting/laneRows';
import type { Palette } from './painting/palette';
import { type Scene, timeAt } from './painting/scene';

/** How many marbles are looked at for the filter in one frame. */
const matchesPerFrame = 40_000;

/** How far the search for the marbles of a filter has come. */
export interface Found {
  readonly count: number;
  readonly isComplete: boolean;
}

interface Pointer {
  readonly x: number;
  readonly y: number;
}

/** What of a session the lanes show, and what the user has chosen there. */
export class LanesView {
  /** Replays the filter, and how many marbles pass it; `undefined` if all do. */
  readonly filter$: Observable<Filter>;
  readonly found$: Observable<Found | undefined>;
  readonly choices$: Observable<LaneChoices>;
  /** Replays the rows, when they change. */
  readonly rows$: Observable<readonly Row[]>;
  /** Hot: a frame must be drawn. */
  readonly changed$: Observable<unknown>;

  private readonly filter = new BehaviorSubject(noFilter);
  private readonly found = new BehaviorSubject<Found | undefined>(undefined);
  private readonly choices = new BehaviorSubject<LaneChoices>({ hidden: new Set(), folded: new Set() });
  private readonly rows = new BehaviorSubject<readonly Row[]>([]);
  private readonly pointed = new Subject<void>();
  private matches: Matches | undefined;
  private pointer: Pointer | undefined;

  constructor(readonly session: Session) {
    const { marbles, viewport, selection, cursor } = session;
    this.filter$ = this.filter.asObservable();
    this.choices$ = this.choices.asObservable();
    this.rows$ = this.rows.pipe(distinctUntilChanged(areSameRows));
    this.found$ = this.found.pipe(
      distinctUntilChanged((one, other) => one?.count === other?.count && one?.isComplete === other?.isComplete),
    );
    this.changed$ = merge(
      ...[marbles.changed$, viewport.range$, selection.number$, cursor.time$],
      ...[this.filter, this.choices, this.pointed],
    );
  }

  /** Uses a filter. Throws a `SyntaxError` for a regular expression that is none. */
  setFilter(filter: Filter): void {
    this.matches = matchesOf(this.session.marbles, filter);
    this.found.next(this.matches && { count: 0, isComplete: false });
    this.filter.next(filter);
  }

  toggleFolded(key: string): void {
    const { hidden, folded } = this.choices.value;
    this.choices.next({ hidden, folded: toggled(folded, key) });
  }

  toggleHidden(key: string): void {
    const { hidden, folded } = this.choices.value;
    this.choices.next({ hidden: toggled(hidden, key), folded });
  }

  /** The pointer is over a point of the canvas, or has left it. */
  point(pointer: Pointer | undefined): void {
    this.pointer = pointer;
    if (!pointer) this.session.cursor.point(undefined);
    this.pointed.next();
  }

  /** Makes what the next frame is drawn from, and goes on with the search. */
  scene(size: Pick<Scene, 'width' | 'height' | 'scrolled'>, palette: Palette, now: number): Scene {
    const { marbles, viewport, selection, cursor } = this.session;
    this.search();
    const { range } = viewport;
    const rows = rowsOf(marbles, range, this.choices.value);
    this.rows.next(rows);
    const base = { ...size, palette, now, marbles, range, rows, matches: this.matches, selected: selection.current };
    const { pointer } = this;
    if (pointer) cursor.point(timeAt(base, pointer.x));
    const scene = { ...base, cursor: cursor.time, hovered: undefined };
    return { ...scene, hovered: pointer && marbleAt(scene, pointer.x, pointer.y) };
  }

  /** Selects the marble beside the selected one in its lane, or the first or last one of the lane. */
  move(to: 'next' | 'previous' | 'first' | 'last'): void {
    const { marbles, selection } = this.session;
    const { current } = selection;
    if (current === undefined || !marbles.has(current)) {
      this.enter();
      return;
    }
    const lane = marbles.lane(current);
    if (!lane) return;
    const queue = queueOf(lane, this.matches);
    const place = queue.placeOf(current);
    const isThere = queue.at(place) === current;
    const places = { next: isThere ? place + 1 : place, previous: place - 1, first: 0, last: queue.length - 1 };
    if (places[to] >= 0 && places[to] < queue.length) this.select(queue.at(places[to]));
  }

  /** Selects the marble of the lane above or below that is nearest in time. */
  moveLane(direction: 1 | -1): void {
    const { marbles, selection } = this.session;
    const { current } = selection;
    const rows = this.rows.value;
    const at = rows.findIndex(({ lane }) => current !== undefined && marbles.lane(current) === lane);
    if (current === undefined || at < 0) {
      this.enter();
      return;
    }
    for (let row = rows[at + direction], next = at; row; row = rows[(next += direction)]) {
      const queue = queueOf(row.lane, this.matches);
      const place = Math.min(queue.placeOf(current), queue.length - 1);
      if (row.lane === rows[at]?.lane || place < 0) continue;
      const before = place > 0 ? queue.at(place - 1) : undefined;
      const time = marbles.time(current);
      const isBefore = before !== undefined && time - marbles.time(before) < marbles.time(queue.at(place)) - time;
      this.select(isBefore ? before : queue.at(place));
      return;
    }
  }

  /** Selects the next match of the filter, or the one before. */
  moveMatch(direction: 1 | -1): void {
    const number = this.matches?.step(this.session.selection.current, direction);
    if (number !== undefined) this.select(number);
  }

  /** Selects a marble, and shows its time. */
  select(number: number): void {
    const { marbles, viewport, selection } = this.session;
    selection.select(number);
    viewport.reveal(marbles.time(number));
  }

  /** Selects the latest marble that is visible. */
  private enter(): void {
    const { marbles, viewport } = this.session;
    const latest = this.rows.value.map(({ lane }) => {
      const queue = queueOf(lane, this.matches);
      return queue.length > 0 ? queue.at(queue.length - 1) : -1;
    });
    const number = Math.max(-1, ...latest);
    if (number < 0) return;
    if (viewport.isFollowing) viewport.pause();
    if (marbles.has(number)) this.select(number);
  }

  private search(): void {
    const { matches } = this;
    if (!matches) return;
    matches.advance(matchesPerFrame);
    this.found.next({ count: matches.all.length, isComplete: matches.isComplete });
    if (!matches.isComplete) this.pointed.next();
  }
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return new Set(keys.has(key) ? [...keys].filter((one) => one !== key) : [...keys, key]);
}

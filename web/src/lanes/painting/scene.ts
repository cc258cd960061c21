import type { Marbles } from '../../marbles/marbles';
import type { Matches } from '../../marbles/matches';
import type { VisibleRange } from '../../session/viewport';
import type { Row } from './laneRows';
import type { Palette } from './palette';

/** Everything that a frame is drawn from. */
export interface Scene {
  readonly marbles: Marbles;
  readonly matches: Matches | undefined;
  readonly rows: readonly Row[];
  readonly range: VisibleRange;
  /** Up to when the session has come. */
  readonly now: number;
  readonly selected: number | undefined;
  readonly hovered: number | undefined;
  /** The time under the pointer. */
  readonly cursor: number | undefined;
  readonly palette: Palette;
  /** The size of the canvas and how far its rows are scrolled, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly scrolled: number;
}

/** Pixels per millisecond. */
export function scaleOf({ width, range }: Pick<Scene, 'width' | 'range'>): number {
  return width / (range.to - range.from);
}

/** Where a time is, in pixels from the left. */
export function xOf(scene: Pick<Scene, 'width' | 'range'>, time: number): number {
  return (time - scene.range.from) * scaleOf(scene);
}

/** The time at a place. */
export function timeAt(scene: Pick<Scene, 'width' | 'range'>, x: number): number {
  return scene.range.from + x / scaleOf(scene);
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { BehaviorSubject } from 'rxjs';

import { Viewport, type VisibleRange } from '../../src/session/viewport';

describe('a viewport', () => {
  let end: BehaviorSubject<number>;
  let viewport: Viewport;

  beforeEach(() => {
    end = new BehaviorSubject(0);
    viewport = new Viewport(end);
  });

  it('begins at the left, and follows the end once it is there', () => {
    expect(viewport.range).toMatchObject({ from: 0, to: 10_000 });
    end.next(60_000);
    expect(viewport.range).toMatchObject({ from: 50_200, to: 60_200 });
  });

  it('stands while it is paused, and goes to the end when it follows again', () => {
    viewport.pause();
    end.next(60_000);
    expect(viewport.range).toMatchObject({ from: 0, to: 10_000 });
    viewport.toggle();
    expect(viewport.range).toMatchObject({ to: 60_200 });
    expect(viewport.isFollowing).toBe(true);
  });

  it('keeps the end in its place when it is zoomed while it follows', () => {
    end.next(60_000);
    viewport.zoom(0.5, 51_000);
    expect(viewport.range).toMatchObject({ from: 55_100, to: 60_100 });
    expect(viewport.isFollowing).toBe(true);
  });

  it('keeps the time under the pointer in its place when it is zoomed while it stands', () => {
    viewport.pause();
    viewport.zoom(0.5, 2000);
    expect(viewport.range).toMatchObject({ from: 1000, to: 6000 });
  });

  it('stands when it is scrolled back, and follows when it is scrolled to the end', () => {
    end.next(60_000);
    viewport.scroll(-20_000);
    expect(viewport.isFollowing).toBe(false);
    expect(viewport.range).toMatchObject({ from: 30_200 });
    viewport.scroll(30_000);
    expect(viewport.isFollowing).toBe(true);
  });

  it('is not scrolled far beyond the oldest event', () => {
    end.next(60_000);
    viewport.startsAt(20_000);
    viewport.scroll(-1e9);
    expect(viewport.range).toMatchObject({ from: 15_000 });
  });

  it('shows everything', () => {
    end.next(100_000);
    viewport.fitAll();
    expect(viewport.range).toMatchObject({ from: -2000, to: 102_000 });
  });

  it('moves only to times that it does not show', () => {
    end.next(100_000);
    viewport.pause();
    const ranges: VisibleRange[] = [];
    viewport.range$.subscribe((range) => ranges.push(range));
    viewport.reveal(95_000);
    viewport.reveal(5000);
    expect(ranges).toHaveLength(2);
    expect(viewport.range).toMatchObject({ from: 0, to: 10_000 });
    viewport.reveal(50_000);
    viewport.reveal(10);
    expect(viewport.range).toMatchObject({ from: -200, to: 9800 });
  });

  it('is neither zoomed to nothing nor without end', () => {
    viewport.zoom(1e-9);
    expect(viewport.range.to - viewport.range.from).toBe(10);
    viewport.zoom(1e99);
    expect(viewport.range.to - viewport.range.from).toBe(30 * 24 * 3_600_000);
  });
});

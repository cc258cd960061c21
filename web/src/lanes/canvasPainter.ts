import { animationFrameScheduler, auditTime, fromEvent, merge, type Observable, Subject, Subscription } from 'rxjs';

import { theme$ } from '../theme/theme';
import { LanePointer } from './lanePointer';
import type { LanesView } from './lanesView';
import { marbleAt } from './painting/hitTest';
import { paintFrame } from './painting/paintFrame';
import { type Palette, readPalette } from './painting/palette';
import type { Scene } from './painting/scene';

/** Draws the lanes on a canvas, in an animation frame, when something has changed. */
export class CanvasPainter {
  private readonly painting = new Subscription();
  private readonly resized = new Subject<void>();
  private palette: Palette;
  private scene: Scene | undefined;
  private now = 0;

  /** @param scroller What scrolls the rows. The canvas stays in its place and fills the height of it. */
  constructor(
    private readonly view: LanesView,
    private readonly canvas: HTMLCanvasElement,
    private readonly scroller: HTMLElement,
  ) {
    this.palette = readPalette();
    const pointer = new LanePointer(view, canvas, scroller, (x, y) => this.scene && marbleAt(this.scene, x, y));
    const observer = new ResizeObserver(() => this.resized.next());
    observer.observe(scroller);
    observer.observe(canvas);
    this.painting.add(() => observer.disconnect());
    this.painting.add(pointer.listen());
    this.painting.add(view.session.timeline.end$.subscribe((end) => (this.now = end)));
    this.painting.add(theme$.subscribe(() => (this.palette = readPalette())));
    this.painting.add(this.changed$.pipe(auditTime(0, animationFrameScheduler)).subscribe(() => this.paint()));
  }

  close(): void {
    this.painting.unsubscribe();
  }

  private get changed$(): Observable<unknown> {
    return merge(this.view.changed$, this.resized, theme$, fromEvent(this.scroller, 'scroll'));
  }

  private paint(): void {
    const pen = this.canvas.getContext('2d', { alpha: false });
    const { clientWidth: width } = this.canvas;
    const { clientHeight: height, scrollTop: scrolled } = this.scroller;
    if (!pen || width === 0 || height === 0) return;
    this.canvas.style.height = `${height}px`;
    const ratio = devicePixelRatio;
    const [columns, lines] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== columns) this.canvas.width = columns;
    if (this.canvas.height !== lines) this.canvas.height = lines;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.scene = this.view.scene({ width, height, scrolled }, this.palette, this.now);
    paintFrame(pen, this.scene);
  }
}

import type { LanesView } from './lanesView';
import { timeAt } from './painting/scene';

/** From how many pixels on a press is a drag, and no click. */
const dragDistance = 4;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Mouse, touch and wheel on the canvas: a drag scrolls, two fingers and the wheel zoom, a click selects. */
export class LanePointer {
  private readonly pressed = new Map<number, Point>();
  private isDragging = false;

  /**
   * @param hit Finds the marble at a point.
   * @param scroller What scrolls the rows up and down.
   */
  constructor(
    private readonly view: LanesView,
    private readonly canvas: HTMLCanvasElement,
    private readonly scroller: HTMLElement,
    private readonly hit: (x: number, y: number) => number | undefined,
  ) {}

  /** Begins to listen. Call the returned function to end that. */
  listen(): () => void {
    const listening = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void) =>
      this.canvas.addEventListener(name, listener, { signal: listening.signal, passive: false });
    on('pointerdown', (event) => this.down(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => this.up(event));
    on('pointercancel', (event) => this.release(event));
    on('pointerleave', () => this.view.point(undefined));
    on('wheel', (event) => this.wheel(event));
    return () => listening.abort();
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pressed.set(event.pointerId, this.pointOf(event));
    if (this.pressed.size === 1) this.isDragging = false;
  }

  private move(event: PointerEvent): void {
    const point = this.pointOf(event);
    const before = this.pressed.get(event.pointerId);
    if (!before) {
      this.view.point(point);
      return;
    }
    if (!this.isDragging && Math.hypot(point.x - before.x, point.y - before.y) < dragDistance) return;
    this.isDragging = true;
    const other = [...this.pressed].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.pinch(before, point, other);
    else this.drag(before, point);
    this.pressed.set(event.pointerId, point);
  }

  private drag(before: Point, point: Point): void {
    this.view.session.viewport.scroll((before.x - point.x) * this.timePerPixel);
    this.scroller.scrollTop += before.y - point.y;
  }

  private pinch(before: Point, point: Point, other: Point): void {
    const [was, is] = [Math.abs(before.x - other.x), Math.abs(point.x - other.x)];
    this.view.session.viewport.zoom(Math.max(10, was) / Math.max(10, is), this.timeAt((point.x + other.x) / 2));
  }

  private up(event: PointerEvent): void {
    const { x, y } = this.pointOf(event);
    if (this.pressed.has(event.pointerId) && !this.isDragging) this.view.session.selection.select(this.hit(x, y));
    this.release(event);
  }

  private release({ pointerId }: PointerEvent): void {
    this.pressed.delete(pointerId);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { viewport } = this.view.session;
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
      viewport.scroll(sideways * pixels * this.timePerPixel);
    } else {
      viewport.zoom(
        Math.exp(event.deltaY * pixels * (event.ctrlKey ? 0.01 : 0.002)),
        this.timeAt(this.pointOf(event).x),
      );
    }
  }

  private get timePerPixel(): number {
    const { from, to } = this.view.session.viewport.range;
    return (to - from) / Math.max(1, this.canvas.clientWidth);
  }

  private timeAt(x: number): number {
    return timeAt({ width: this.canvas.clientWidth, range: this.view.session.viewport.range }, x);
  }

  private pointOf(event: MouseEvent): Point {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}
